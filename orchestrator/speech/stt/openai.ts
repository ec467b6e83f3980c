import { Agent, fetch, FormData } from "undici";
import { z } from "zod";
import type { SpeechServiceConfig, SttName } from "../../config.ts";
import { sleep } from "../../lib/abortable.ts";
import { joinSamples } from "../../lib/samples.ts";
import { writeWav } from "../../lib/wav.ts";
import { statusFault, toFault, SpeechFault } from "../fault.ts";
import { SAMPLE_RATE, type Recogniser, type RecogniserOptions } from "./recogniser.ts";
import { placeOf } from "../place.ts";
import { createUtteranceGate } from "./utterance-gate.ts";

/**
 * Any server with OpenAI's `POST /audio/transcriptions`: one request for each utterance when the VAD
 * says that it is over. A request that is late is sent a second time; the first answer counts. An utterance
 * that is refused twice is given up: the next ones are heard.
 */
export function createOpenai(
  config: SpeechServiceConfig<SttName> & { readonly url: string },
  { language }: RecogniserOptions,
): Recogniser {
  const { url: base } = config;
  const dispatcher = new Agent({
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    connect: { timeout: CONNECT_MS },
    allowH2: false,
  });
  const headers = {
    "user-agent": "sightline",
    ...(config.apiKey === undefined ? {} : { authorization: `Bearer ${config.apiKey}` }),
  };

  /** How long an answer takes, once there was one: a slow server is not made slower by asking it everything twice. */
  let usualMs: number | undefined;

  const post = async (wav: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<string> => {
    const startedAtMs = performance.now();
    const form = new FormData();
    form.set("file", new File([wav], "speech.wav", { type: "audio/wav" }));
    form.set("model", config.model ?? "whisper-1");
    form.set("language", whisperLanguage(language));
    form.set("response_format", "json");
    try {
      const response = await fetch(`${base}/audio/transcriptions`, {
        method: "POST",
        headers,
        body: form,
        signal,
        dispatcher,
        redirect: "manual",
      });
      if (response.status !== 200) {
        await response.body?.cancel();
        // The model is not there, or the path: a matter of settings, and no utterance will fare better.
        if (response.status === 404) throw new SpeechFault("unauthorized", "404");
        throw statusFault(response.status);
      }
      const answer = answerSchema.safeParse(toJson(await response.text()));
      if (!answer.success) throw new SpeechFault("server", "format");
      const tookMs = performance.now() - startedAtMs;
      usualMs = usualMs === undefined ? tookMs : (usualMs + tookMs) / 2;
      return answer.data.text.trim();
    } catch (error) {
      signal.throwIfAborted();
      throw toFault(error);
    }
  };

  /** In a row; another service, or the same one, is asked once more after the first. */
  let refusals = 0;
  const transcribeOrGiveUp = async (wav: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<string> => {
    try {
      const text = await transcribe(wav, signal);
      refusals = 0;
      return text;
    } catch (error) {
      const isRefused = error instanceof SpeechFault && error.category === "invalid-request";
      if (isRefused && ++refusals % 2 === 0) return "";
      throw error;
    }
  };

  /** The first answer of two requests, the second sent when the first is late. */
  const transcribe = async (wav: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<string> => {
    const done = new AbortController();
    const limit = AbortSignal.timeout(ANSWER_MS);
    const either = AbortSignal.any([signal, limit, done.signal]);
    try {
      const first = post(wav, either);
      const early = await Promise.race([first, sleep(Math.max(HEDGE_MS, 2 * (usualMs ?? 0)), either)]);
      return early ?? (await Promise.any([first, post(wav, either)]));
    } catch (error) {
      signal.throwIfAborted();
      if (limit.aborted) throw new SpeechFault("timeout", "answer");
      throw error instanceof AggregateError ? error.errors[0] : error;
    } finally {
      done.abort(new Error("answered"));
    }
  };

  return {
    place: placeOf(config.name, base),
    answers: "end",
    async open({ signal, events, verify }) {
      if (verify) await transcribe(wavOf([new Int16Array(SAMPLE_RATE / 2)]), signal);
      const closed = new AbortController();
      let pieces: Int16Array[] = [];
      let last = Promise.resolve();
      const answer = async (pending: Promise<string>, endSample: number, before: Promise<void>) => {
        try {
          const text = await pending;
          await before;
          if (closed.signal.aborted) return;
          events.alive();
          events.final(text, null, endSample);
        } catch (error) {
          if (closed.signal.aborted) return;
          closed.abort(error);
          events.failed(toFault(error));
        }
      };
      const gate = createUtteranceGate({
        begin: () => {
          pieces = [];
        },
        audio: (samples) => {
          pieces.push(samples.slice());
        },
        end: (endSample) => {
          last = answer(transcribeOrGiveUp(wavOf(pieces), closed.signal), endSample, last);
        },
      });
      return {
        push: (samples) => gate.push(samples),
        speechStarted: () => gate.speechStarted(),
        speechEnded: () => gate.speechEnded(),
        keepAlive: () => {},
        close: () => closed.abort(new Error("closed")),
      };
    },
  };
}

/** As long as a self-hosted server keeps an idle connection; less than its 5 s. */
const IDLE_MS = 4000;
const CONNECT_MS = 2000;
/** A short utterance takes a GPU 60–300 ms; twice that and more is a slow path. Least wait for a first answer. */
const HEDGE_MS = 1200;
/** Longest wait for the words of an utterance. */
const ANSWER_MS = 5000;

const answerSchema = z.object({ text: z.string() });

/** The two letters by which Whisper knows a language; it refuses others. */
function whisperLanguage(tag: string): string {
  const [name = ""] = tag.toLowerCase().split("-");
  return { nb: "no", fil: "tl" }[name] ?? name;
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wavOf(pieces: readonly Int16Array[]): Uint8Array<ArrayBuffer> {
  return writeWav({ samples: joinSamples(pieces), sampleRate: SAMPLE_RATE });
}
