import { Pool, request, type Dispatcher } from "undici";
import type { SpeechServiceConfig } from "../../config.ts";
import { placeOf } from "../place.ts";
import { statusFault, toFault, SpeechFault } from "../fault.ts";
import { pcmParts } from "./pcm-bytes.ts";
import type { Part, SpeechStyle, Synthesiser } from "./synthesiser.ts";
import { readWavHead, toRate, type SoundHead } from "./wav-stream.ts";

/** What the API's `pcm` is when a server says nothing else: 24 kHz, 16 bit, little-endian. */
const PCM_RATE = 24_000;
/** The API's own limits of `speed`. */
const SPEED = { min: 0.25, max: 4 } as const;

/** Creates the voice of a server with OpenAI's `POST /audio/speech`; sound is passed on as its bytes arrive. */
export function createOpenaiVoice(config: SpeechServiceConfig<"openai">): Synthesiser {
  const { url, model = "tts-1", voice = "alloy", apiKey, sampleRate = PCM_RATE } = config;
  const { origin, protocol } = new URL(url);
  const idleMs = protocol === "http:" ? OWN_IDLE_MS : HOSTED_IDLE_MS;
  const dispatcher = new Pool(origin, {
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    allowH2: false,
    connect: { timeout: CONNECT_MS },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const headers = {
    "content-type": "application/json",
    "user-agent": "sightline",
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  let isWarming = false;
  // These models take no speed.
  const hasSpeed = !model.startsWith("gpt-");

  async function* say(text: string, speed: number, signal: AbortSignal): AsyncGenerator<Part> {
    const body = { model, voice, input: text, response_format: "pcm", ...(speed === 1 ? {} : { speed }) };
    try {
      const answer = await request(`${url}/audio/speech`, {
        method: "POST",
        dispatcher,
        signal,
        headers,
        body: JSON.stringify(body),
      });
      yield* readSound(answer, sampleRate);
      // By then the connection is free for the next text.
      await new Promise((resolve) => setImmediate(resolve));
    } catch (error) {
      signal.throwIfAborted();
      throw toFault(error);
    }
  }

  return {
    place: placeOf("openai", url),
    open: ({ rate }: SpeechStyle) => {
      const speed = hasSpeed ? Math.min(SPEED.max, Math.max(SPEED.min, rate)) : 1;
      return { rate: speed, say: (text, signal) => say(text, speed, signal), close: () => {} };
    },
    warm: () => {
      if (isWarming || dispatcher.stats.free > 0) return;
      isWarming = true;
      // Any answer will do: what it leaves behind is an open connection.
      void request(`${url}/models`, { dispatcher, headers, signal: AbortSignal.timeout(CONNECT_MS) })
        .then(({ body }) => body.dump())
        .catch(() => {})
        .finally(() => {
          isWarming = false;
        });
    },
    close: () => dispatcher.destroy(),
  };
}

/** A hosted server keeps an idle connection for a minute or more; uvicorn, behind most others, for 5 s. */
const HOSTED_IDLE_MS = 45_000;
const OWN_IDLE_MS = 4000;
const CONNECT_MS = 5000;

async function* readSound(answer: Dispatcher.ResponseData, sampleRate: number): AsyncGenerator<Part> {
  const { statusCode, body } = answer;
  // A body that is given up says so once more, to whom it may concern.
  body.on("error", () => {});
  if (statusCode !== 200) {
    void body.dump().catch(() => {});
    throw statusFault(statusCode);
  }
  const type = String(answer.headers["content-type"] ?? "");
  if (!/^(?:audio\/|application\/octet-stream|binary\/|$)/i.test(type)) {
    body.destroy();
    throw new SpeechFault("server", "content-type");
  }
  yield* pcmParts(body, (start) => readHead(start, type, sampleRate));
}

/** Servers that know no raw PCM send WAV; anything else is refused. */
function readHead(start: Buffer, type: string, sampleRate: number): SoundHead | undefined {
  if (start.length < 4) return undefined;
  const magic = start.toString("latin1", 0, 4);
  if (magic === "RIFF") return readWavHead(start);
  const isPacked = /mpeg|mp3|ogg|opus|flac|aac|mp4/i.test(type) || /^(?:ID3|OggS|fLaC)/.test(magic);
  if (isPacked) throw new SpeechFault("server", "content-type");
  const named = /rate=(\d+)/i.exec(type)?.[1];
  return { sampleRate: named === undefined ? sampleRate : toRate(Number(named)), bytes: 0 };
}
