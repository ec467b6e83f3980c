import { z } from "zod";
import type { SpeechServiceConfig, SttName } from "../../config.ts";
import { SpeechFault } from "../fault.ts";
import { SAMPLE_RATE, type Recogniser, type RecogniserOptions } from "./recogniser.ts";
import { placeOf } from "../place.ts";
import { BATCH_SAMPLES, createBatches, toBytes } from "./samples.ts";
import { openSocket, typeOf } from "../socket.ts";

/** AssemblyAI's streaming API v3. Its first `end_of_turn` of a turn is final; a formatted one repeats it. */
export function createAssemblyai(
  config: SpeechServiceConfig<SttName>,
  { language }: RecogniserOptions,
): Recogniser {
  const base = config.url ?? "wss://streaming.assemblyai.com";
  const url = new URL(`${base.replace(/^http/, "ws")}/v3/ws`);
  const parameters = {
    sample_rate: SAMPLE_RATE,
    encoding: "pcm_s16le",
    format_turns: false,
    speech_model:
      config.model ??
      (/^en\b/i.test(language) ? "universal-streaming-english" : "universal-streaming-multilingual"),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
  const headers = config.apiKey === undefined ? {} : { authorization: config.apiKey };

  return {
    place: placeOf(config.name, base),
    answers: "speech",
    async open({ signal, events }) {
      const greeting = Promise.withResolvers<void>();
      greeting.promise.catch(() => {});
      let pushed = 0;
      let lastTurn = -1;
      const socket = await openSocket(url, {
        headers,
        signal,
        onFault: (fault) => {
          greeting.reject(fault);
          events.failed(fault);
        },
        onMessage: (json) => {
          const type = typeOf(json);
          if (type === "Error" || (type === undefined && errorSchema.safeParse(json).success))
            return errorFault(json);
          events.alive();
          if (type === "Begin") greeting.resolve();
          if (type !== "Turn") return undefined;
          const turn = turnSchema.safeParse(json);
          if (!turn.success) return new SpeechFault("server", "format");
          const { turn_order: order, end_of_turn: isEnd, transcript, words } = turn.data;
          if (order <= lastTurn) return undefined;
          const confidence = words.at(-1)?.confidence ?? null;
          const shown = words.map(({ text }) => text).join(" ");
          if (!isEnd) {
            if (shown !== "") events.interim(shown, confidence);
            return undefined;
          }
          lastTurn = order;
          const end = (words.at(-1)?.end ?? 0) * (SAMPLE_RATE / 1000);
          events.final((transcript || shown).trim(), confidence, Math.min(end, pushed));
          return undefined;
        },
      });
      await socket.until(greeting.promise, signal);
      const batches = createBatches(BATCH_SAMPLES, (samples) => socket.send(toBytes(samples)));
      return {
        push: (samples) => {
          pushed += samples.length;
          batches.push(samples);
        },
        speechStarted: () => socket.ping(),
        speechEnded: () => {
          // A message holds 50 ms of audio at least: what is missing to it waits for the next samples.
          socket.send('{"type":"ForceEndpoint"}');
        },
        keepAlive: () => socket.ping(),
        close: () => socket.close('{"type":"Terminate"}'),
      };
    },
  };
}

const turnSchema = z.object({
  turn_order: z.number(),
  end_of_turn: z.boolean(),
  transcript: z.string(),
  /** `end` in milliseconds of the stream's audio. */
  words: z.array(z.object({ text: z.string(), end: z.number(), confidence: z.number().optional() })),
});

const errorSchema = z.object({ error: z.string(), error_code: z.number().optional() });

/** 1008 refuses a key, but too many sessions as well; only the words tell which. */
function errorFault(json: unknown): SpeechFault {
  const { error = "", error_code: code = 0 } = errorSchema.safeParse(json).data ?? {};
  if (/concurrent|too many|rate/i.test(error)) return new SpeechFault("at-capacity", String(code));
  if (code === 1008 || /unauthori[sz]ed|api key|insufficient|payment/i.test(error))
    return new SpeechFault("unauthorized", String(code));
  return new SpeechFault("server", String(code));
}
