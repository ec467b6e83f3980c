import { z } from "zod";
import type { SpeechServiceConfig, SttName } from "../../config.ts";
import { SpeechFault } from "../fault.ts";
import { SAMPLE_RATE, type Recogniser, type RecogniserOptions } from "./recogniser.ts";
import { placeOf } from "../place.ts";
import { createBatches, toBytes } from "./samples.ts";
import { openSocket, typeOf } from "../socket.ts";

/**
 * Deepgram's Flux (API v2), which knows turns by itself. Only its `EndOfTurn` is final: what it says
 * before may still change. The end that the VAD finds is forced upon it, where its server knows how; one
 * that does not closes the stream, and from then on its own end of a turn has to do.
 */
export function createDeepgramFlux(
  config: SpeechServiceConfig<SttName>,
  { language }: RecogniserOptions,
): Recogniser {
  const base = config.url ?? "wss://api.deepgram.com";
  const url = new URL(`${base.replace(/^http/, "ws")}/v2/listen`);
  const isEnglish = /^en\b/i.test(language);
  const named = config.model?.startsWith("flux") ? config.model : undefined;
  const model = named ?? (isEnglish ? "flux-general-en" : "flux-general-multi");
  const parameters = { model, encoding: "linear16", sample_rate: SAMPLE_RATE, mip_opt_out: true };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
  if (model === "flux-general-multi")
    url.searchParams.set("language_hint", language.split("-")[0] ?? language);
  /** Until a server of this process has said that it does not know the message. */
  let canForceEnd = true;
  const headers = config.apiKey === undefined ? {} : { authorization: `Token ${config.apiKey}` };

  return {
    place: placeOf(config.name, base),
    answers: "audio",
    async open({ signal, events, verify }) {
      const address = new URL(url);
      if (!canForceEnd) address.searchParams.set("eot_timeout_ms", String(SHORTEST_SILENCE_MS));
      const greeting = Promise.withResolvers<void>();
      greeting.promise.catch(() => {});
      /** Silence of our own in the stream, which is not in the call. */
      let padding = 0;
      const socket = await openSocket(address, {
        headers,
        signal,
        onFault: (fault) => {
          greeting.reject(fault);
          events.failed(fault);
        },
        onMessage: (json) => {
          const type = typeOf(json);
          if (type === "Error" || type === "FatalError") {
            const fault = errorFault(json);
            if (fault.code === UNKNOWN_MESSAGE) canForceEnd = false;
            return fault;
          }
          events.alive();
          greeting.resolve();
          if (type !== "TurnInfo") return undefined;
          const info = turnInfoSchema.safeParse(json);
          if (!info.success) return new SpeechFault("server", "format");
          const { event, transcript, words, audio_window_end: end } = info.data;
          const text = transcript.trim();
          const confidence = meanConfidence(words);
          if (event === "EndOfTurn") events.final(text, confidence, Math.round(end * SAMPLE_RATE) - padding);
          else if (text !== "") events.interim(text, confidence);
          return undefined;
        },
      });
      if (verify) await socket.until(greeting.promise, signal);
      const batches = createBatches(BATCH_SAMPLES, (samples) => socket.send(toBytes(samples)));
      return {
        push: (samples) => batches.push(samples),
        speechStarted: () => socket.ping(),
        speechEnded: () => {
          batches.flush();
          if (canForceEnd) socket.send('{"type":"ForceEndTurn"}');
        },
        keepAlive: () => {
          padding += BATCH_SAMPLES;
          batches.push(new Int16Array(BATCH_SAMPLES));
        },
        close: () => socket.close('{"type":"CloseStream"}'),
      };
    },
  };
}

/** What a server says to a message that it does not know, before it closes. */
const UNKNOWN_MESSAGE = "UNPARSABLE_CLIENT_MESSAGE";
/** The least silence that the service can be told to take for the end of a turn. */
const SHORTEST_SILENCE_MS = 500;
/** 80 ms, as the service recommends. */
const BATCH_SAMPLES = 1280;

const wordsSchema = z.array(z.object({ confidence: z.number().optional() })).default([]);
const turnInfoSchema = z.object({
  event: z.string(),
  transcript: z.string(),
  words: wordsSchema,
  /** Seconds of the stream's audio. */
  audio_window_end: z.number(),
});

const errorSchema = z.object({ code: z.string().optional() });

function errorFault(json: unknown): SpeechFault {
  const code = errorSchema.safeParse(json).data?.code ?? "error";
  return new SpeechFault(
    /auth|credential|permission/i.test(code) ? "unauthorized" : "server",
    code.slice(0, 40),
  );
}

function meanConfidence(words: z.output<typeof wordsSchema>): number | null {
  const known = words.flatMap(({ confidence }) => confidence ?? []);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
