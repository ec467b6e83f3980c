import { z } from "zod";
import type { SpeechServiceConfig, SttName } from "../../config.ts";
import { SpeechFault } from "../fault.ts";
import { SAMPLE_RATE, type Recogniser, type RecogniserOptions } from "./recogniser.ts";
import { placeOf } from "../place.ts";
import { openSocket, typeOf } from "../socket.ts";
import { BATCH_SAMPLES, createBatches, toBytes } from "./samples.ts";

/**
 * Deepgram's streaming API v1. Opted out of their model improvement programme; no audio is left out, so
 * that its times are those of the call.
 */
export function createDeepgram(
  config: SpeechServiceConfig<SttName>,
  { language }: RecogniserOptions,
): Recogniser {
  const base = config.url ?? "https://api.deepgram.com";
  const url = new URL(`${base.replace(/^http/, "ws")}/v1/listen`);
  const parameters = {
    model: config.model ?? "nova-3",
    language,
    encoding: "linear16",
    sample_rate: SAMPLE_RATE,
    channels: 1,
    interim_results: true,
    punctuate: true,
    smart_format: true,
    no_delay: true,
    vad_events: false,
    endpointing: ENDPOINTING_MS,
    mip_opt_out: true,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));

  const headers = config.apiKey === undefined ? {} : { authorization: `Token ${config.apiKey}` };

  return {
    place: placeOf(config.name, base),
    answers: "audio",
    async open({ signal, events, verify }) {
      if (verify) await probe(url, headers, signal);
      const socket = await openSocket(url, {
        headers,
        signal,
        onFault: (fault) => events.failed(fault),
        onMessage: (json) => {
          events.alive();
          if (typeOf(json) !== "Results") return undefined;
          const results = resultsSchema.safeParse(json);
          if (!results.success) return new SpeechFault("server", "format");
          const { is_final: isFinal, start, duration, channel } = results.data;
          const { transcript, confidence = null } = channel.alternatives[0] ?? { transcript: "" };
          const text = transcript.trim();
          if (isFinal) events.final(text, confidence, Math.round((start + duration) * SAMPLE_RATE));
          else if (text !== "") events.interim(text, confidence);
          return undefined;
        },
      });
      const batches = createBatches(BATCH_SAMPLES, (samples) => socket.send(toBytes(samples)));
      return {
        push: (samples) => batches.push(samples),
        speechStarted: () => socket.ping(),
        speechEnded: () => {
          batches.flush();
          socket.send('{"type":"Finalize"}');
        },
        keepAlive: () => socket.send('{"type":"KeepAlive"}'),
        close: () => socket.close('{"type":"CloseStream"}'),
      };
    },
  };
}

/** Silence after which a final is sent unasked; ours comes later and flushes the rest. */
const ENDPOINTING_MS = 25;

const resultsSchema = z.object({
  is_final: z.boolean(),
  /** Seconds of the stream's audio. */
  start: z.number(),
  duration: z.number(),
  channel: z.object({
    alternatives: z.array(z.object({ transcript: z.string(), confidence: z.number().optional() })),
  }),
});

/** Has a stream of silence closed: the service answers that with a summary when it processes audio. */
async function probe(
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const answer = Promise.withResolvers<void>();
  const socket = await openSocket(url, {
    headers,
    signal,
    onFault: answer.reject,
    onMessage: () => {
      answer.resolve();
      return undefined;
    },
  });
  try {
    socket.send(toBytes(new Int16Array(SAMPLE_RATE / 10)));
    socket.send('{"type":"CloseStream"}');
    await socket.until(answer.promise, signal);
  } finally {
    socket.close();
  }
}
