import { z } from "zod";
import type { SpeechServiceConfig, SttName } from "../../config.ts";
import { createResampler } from "../../lib/resample.ts";
import { SpeechFault } from "../fault.ts";
import { SAMPLE_RATE, type Recogniser, type RecogniserOptions } from "./recogniser.ts";
import { placeOf } from "../place.ts";
import { createBatches, toBytes } from "./samples.ts";
import { openSocket, typeOf } from "../socket.ts";
import { createUtteranceGate } from "./utterance-gate.ts";

/**
 * OpenAI's realtime API as a recogniser (`/realtime?intent=transcription`). Its own turn detection is
 * off: an utterance is committed when the VAD says that it is over.
 */
export function createOpenaiRealtime(
  config: SpeechServiceConfig<SttName> & { readonly url: string },
  { language }: RecogniserOptions,
): Recogniser {
  const { url: base } = config;
  const url = new URL(`${base.replace(/^http/, "ws")}/realtime`);
  url.searchParams.set("intent", "transcription");
  const isOpenai = url.hostname === "api.openai.com";
  const model = config.model ?? (isOpenai ? "gpt-4o-mini-transcribe" : undefined);
  // OpenAI takes a model in the address for a conversation; other servers need it there.
  if (!isOpenai && model !== undefined) url.searchParams.set("model", model);
  const headers = config.apiKey === undefined ? {} : { authorization: `Bearer ${config.apiKey}` };
  const session = {
    type: "session.update",
    session: {
      type: "transcription",
      audio: {
        input: {
          format: { type: "audio/pcm", rate: WIRE_RATE },
          transcription: { ...(model === undefined ? {} : { model }), language: language.split("-")[0] },
          turn_detection: null,
        },
      },
    },
  };

  return {
    place: placeOf(config.name, base),
    answers: "end",
    async open({ signal, events, verify }) {
      const greeting = Promise.withResolvers<void>();
      greeting.promise.catch(() => {});
      /** Ends of the utterances whose words are owed, in the order of their commits. */
      const owed: { itemId: string | undefined; readonly endSample: number; text: string }[] = [];
      let late: NodeJS.Timeout | undefined;

      const watch = (): void => {
        clearTimeout(late);
        if (owed.length > 0)
          late = setTimeout(() => socket.fail(new SpeechFault("timeout", "answer")), ANSWER_MS);
      };
      const onMessage = (json: unknown): SpeechFault | undefined => {
        const type = typeOf(json);
        if (type === "error") return onError(json);
        events.alive();
        greeting.resolve();
        const item = itemSchema.safeParse(json).data;
        if (item === undefined) return undefined;
        if (type === "input_audio_buffer.committed") {
          const next = owed.find(({ itemId }) => itemId === undefined);
          if (next !== undefined) next.itemId = item.item_id;
        } else if (type === `${TRANSCRIPTION}.delta`) {
          const current = owed.find(({ itemId }) => itemId === item.item_id) ?? owed[0];
          if (current === undefined) return undefined;
          current.text += item.delta ?? "";
          if (current.text.trim() !== "") events.interim(current.text.trim(), null);
        } else if (type === `${TRANSCRIPTION}.failed`) return new SpeechFault("server", "transcription");
        else if (type === `${TRANSCRIPTION}.completed`) onCompleted(item.item_id, item.transcript ?? "");
        return undefined;
      };
      const onCompleted = (itemId: string, transcript: string): void => {
        const index = owed.findIndex((utterance) => utterance.itemId === itemId);
        const done = owed.splice(0, Math.max(index, 0) + 1).at(-1);
        // A server that ends utterances by itself tells words that were not committed yet.
        if (done !== undefined || transcript !== "")
          events.final(transcript.trim(), null, done?.endSample ?? 0);
        watch();
      };
      const onError = (json: unknown): SpeechFault | undefined => {
        const { code = "error", type = "" } = errorSchema.safeParse(json).data?.error ?? {};
        // Nothing was said between two commits.
        if (code === "input_audio_buffer_commit_empty") {
          const empty = owed.findIndex(({ itemId }) => itemId === undefined);
          const [done] = empty < 0 ? [] : owed.splice(empty, 1);
          if (done !== undefined) events.final("", null, done.endSample);
          watch();
          return undefined;
        }
        if (/api_key|auth|permission|quota|billing/i.test(`${code} ${type}`))
          return new SpeechFault("unauthorized", (code ?? type).slice(0, 40));
        // A request that a server does not know is no end: what is owed has its time limit.
        return type === "invalid_request_error"
          ? undefined
          : new SpeechFault("server", (code ?? type).slice(0, 40));
      };
      const socket = await openSocket(url, {
        headers,
        signal,
        onMessage,
        onFault: (fault) => {
          clearTimeout(late);
          greeting.reject(fault);
          events.failed(fault);
        },
      });
      socket.send(JSON.stringify(session));
      if (verify) await socket.until(greeting.promise, signal);

      const batches = createBatches(BATCH_SAMPLES, (samples) => {
        const audio = Buffer.from(toBytes(samples)).toString("base64");
        socket.send(JSON.stringify({ type: "input_audio_buffer.append", audio }));
      });
      let resampler = createResampler(SAMPLE_RATE, WIRE_RATE);
      const gate = createUtteranceGate({
        begin: () => {
          resampler = createResampler(SAMPLE_RATE, WIRE_RATE);
        },
        audio: (samples) => batches.push(resampler.push(samples)),
        end: (endSample) => {
          batches.push(resampler.flush());
          batches.flush();
          socket.send('{"type":"input_audio_buffer.commit"}');
          owed.push({ itemId: undefined, endSample, text: "" });
          watch();
        },
      });
      return {
        push: (samples) => gate.push(samples),
        speechStarted: () => {
          socket.ping();
          gate.speechStarted();
        },
        speechEnded: () => gate.speechEnded(),
        keepAlive: () => socket.ping(),
        close: () => {
          clearTimeout(late);
          socket.close();
        },
      };
    },
  };
}

/** The only rate that the API takes. */
const WIRE_RATE = 24_000;
/** 50 ms. */
const BATCH_SAMPLES = WIRE_RATE / 20;
/** Longest wait for the words of a committed utterance. */
const ANSWER_MS = 4000;
const TRANSCRIPTION = "conversation.item.input_audio_transcription";

const itemSchema = z.object({
  item_id: z.string(),
  delta: z.string().optional(),
  transcript: z.string().optional(),
});

const errorSchema = z.object({
  error: z.object({ code: z.string().nullish(), type: z.string().optional() }),
});
