import { setTimeout as wait } from "node:timers/promises";
import type { WordReader } from "../speech/word-reader.ts";
import { readForm } from "../stt/openai-transcription-server.ts";
import { createToneReader } from "../stt/tones.ts";
import { type Answers, startUvicorn, type UvicornRequest, type UvicornServer } from "./uvicorn.ts";

export interface SpeachesOptions {
  /** The answers of its last release, or of the release candidate after it. Default: 0.8. */
  readonly version?: "0.8" | "0.9";
  /** `API_KEY`. Default: none, everybody is let in. */
  readonly apiKey?: string;
  /** Models that lie in its cache. Default: `WHISPER` and `PIPER`. */
  readonly models?: readonly string[];
  /** A sentence by a Piper voice, at `PIPER_RATE`. Default: a tone. */
  readonly say?: (text: string) => Int16Array;
  readonly createReader?: () => WordReader;
  /** From a transcription's request to its answer, in milliseconds. Default: 0. */
  readonly answerMs?: number;
}

export interface Speaches extends UvicornServer {
  /** Form fields of the transcriptions, and the JSON of the texts to be said. */
  readonly requests: readonly Readonly<Record<string, unknown>>[];
}

export const WHISPER = "deepdml/faster-whisper-large-v3-turbo-ct2";
export const PIPER = "speaches-ai/piper-de_DE-thorsten-medium";
/** Of a Piper voice of medium quality. */
export const PIPER_RATE = 22_050;

/** Starts what answers as speaches does: `POST /v1/audio/transcriptions`, and `/v1/audio/speech` with Piper. */
export async function startSpeaches(options: SpeachesOptions = {}): Promise<Speaches> {
  const { apiKey, models = [WHISPER, PIPER], version = "0.8" } = options;
  const { say = tone, createReader = createToneReader, answerMs = 0 } = options;
  const requests: Readonly<Record<string, unknown>>[] = [];

  const application = async (request: UvicornRequest, answers: Answers): Promise<void> => {
    const { path, headers, body } = request;
    if (path === "/health") return answers.whole(200, "text/plain; charset=utf-8", "OK");
    if (apiKey !== undefined && headers.authorization !== `Bearer ${apiKey}`) {
      const detail =
        headers.authorization === undefined
          ? "API key required. Please provide an API key using the Authorization header with Bearer scheme."
          : "Invalid API key. The provided API key is incorrect.";
      return answers.json(403, { detail }, { "www-authenticate": "Bearer" });
    }
    if (path === "/v1/models")
      return answers.json(200, { data: models.map((id) => ({ id })), object: "list" });
    if (path === "/v1/audio/transcriptions") return transcribe(body, answers);
    if (path === "/v1/audio/speech") return synthesise(body, answers);
    return answers.json(404, { detail: "Not Found" });
  };

  const lacks = (model: string, answers: Answers): boolean => {
    if (models.includes(model)) return false;
    const detail = `Model '${model}' is not installed locally. You can download the model using \`POST /v1/models\``;
    answers.json(404, { detail });
    return true;
  };

  const transcribe = async (body: Buffer, answers: Answers): Promise<void> => {
    const { fields, samples } = readForm(body);
    requests.push(fields);
    await wait(answerMs);
    const { model, language = "en" } = fields;
    if (model === undefined) {
      const missing = { type: "missing", loc: ["body", "model"], msg: "Field required", input: null };
      return answers.json(422, { detail: [missing] });
    }
    if (samples.length === 0) {
      const detail = "Failed to decode audio. The provided file type is not supported.";
      return answers.json(415, { detail });
    }
    if (lacks(model, answers)) return;
    // Whisper knows two letters; anything else is an exception inside of faster-whisper.
    if (!/^[a-z]{2}$/.test(language))
      return answers.whole(500, "text/plain; charset=utf-8", "Internal Server Error");
    const reader = createReader();
    reader.push(samples);
    reader.push(new Int16Array(3200));
    const words = reader.words().map((word) => word.text);
    // Its own VAD leaves nothing of silence. Words come with a blank in front, and with a full stop.
    const text = words.length === 0 ? "" : ` ${words.join(" ")}.`;
    answers.json(200, version === "0.8" ? { text } : { text: text.trim(), logprobs: null, usage: null });
  };

  const synthesise = async (body: Buffer, answers: Answers): Promise<void> => {
    const asked = JSON.parse(body.toString("utf8")) as Readonly<Record<string, unknown>>;
    requests.push(asked);
    if (lacks(String(asked["model"]), answers)) return;
    const speed = Number(asked["speed"] ?? 1);
    const sentences = String(asked["input"]).split(/(?<=[.!?])\s+/);
    async function* sound(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      // The bounds are looked at when the first sound is made: the head, 200, is out by then.
      if (speed < 0.25 || speed > 4) throw new Error("Speed must be between 0.25 and 4.0");
      for (const sentence of sentences) yield new Uint8Array(say(sentence).buffer);
    }
    await answers.stream("audio/pcm", sound());
  };

  return { ...(await startUvicorn(application)), requests };
}

/** As long as the text takes, at `PIPER_RATE`. */
function tone(text: string): Int16Array {
  const length = Math.round(text.length * 0.06 * PIPER_RATE);
  return Int16Array.from({ length }, (_, at) => 8000 * Math.sin((2 * Math.PI * 220 * at) / PIPER_RATE));
}
