import type { SpeechServiceConfig } from "../../config.ts";
import { createQueue, type Queue } from "../queue.ts";
import { placeOf } from "../place.ts";
import {
  type ContextEvents,
  createElevenlabsSockets,
  type ElevenlabsContext,
  type ElevenlabsSockets,
} from "./elevenlabs-socket.ts";
import { createAligner, type ElevenlabsMessage } from "./elevenlabs-messages.ts";
import type { SpeechFault } from "../fault.ts";
import { createSampleReader } from "./pcm-bytes.ts";
import type { Part, SpeechStyle, Synthesiser, Utterance } from "./synthesiser.ts";

const ELEVENLABS_URL = "https://api.elevenlabs.io/v1";
const SAMPLE_RATE = 24_000;
/** The service's own limits of `speed`. */
const SPEED = { min: 0.7, max: 1.2 } as const;
/** Seconds after which the service closes a socket that says nothing; its maximum. */
const INACTIVITY_S = 180;

/**
 * Creates ElevenLabs' voice over its multi-context WebSocket: one warm socket, a context for each
 * speech, so that the melody goes on from clause to clause, with exact times of the words.
 */
export function createElevenlabsVoice(
  config: SpeechServiceConfig<"elevenlabs">,
  options: { readonly language?: string | undefined } = {},
): Synthesiser {
  const { url = ELEVENLABS_URL, model = "eleven_flash_v2_5", apiKey } = config;
  const voice = config.voice ?? "bIHbv24MWmeRgasZH58o";
  const byLanguage = new Map<string, ElevenlabsSockets>();

  const socketsFor = (language: string): ElevenlabsSockets => {
    // Only these models can be told the language; the others hear it in the text.
    const code = /v2_5|v3/.test(model) ? (language.split("-")[0] ?? "") : "";
    const sockets = byLanguage.get(code) ?? createElevenlabsSockets(address(code), apiKey);
    byLanguage.set(code, sockets);
    return sockets;
  };
  const address = (languageCode: string): URL => {
    const base = new URL(`${url}/text-to-speech/${encodeURIComponent(voice)}/multi-stream-input`);
    base.protocol = base.protocol === "http:" ? "ws:" : "wss:";
    base.search = new URLSearchParams({
      model_id: model,
      output_format: `pcm_${SAMPLE_RATE}`,
      auto_mode: "true",
      sync_alignment: "true",
      inactivity_timeout: String(INACTIVITY_S),
      ...(languageCode === "" ? {} : { language_code: languageCode }),
    }).toString();
    return base;
  };

  return {
    place: placeOf("elevenlabs", url),
    open: ({ rate, language }) => createUtterance(socketsFor(language), rate),
    warm: () => {
      if (byLanguage.size === 0) socketsFor(options.language ?? "en");
      for (const sockets of byLanguage.values()) sockets.warm();
    },
    close: async () => {
      for (const sockets of byLanguage.values()) sockets.close();
    },
  };
}

type Event = ElevenlabsMessage | { readonly fault: SpeechFault };

function createUtterance(sockets: ElevenlabsSockets, wanted: SpeechStyle["rate"]): Utterance {
  const rate = Math.min(SPEED.max, Math.max(SPEED.min, wanted));
  let context: ElevenlabsContext | undefined;
  let events: Queue<Event> | undefined;

  const leave = (): void => {
    context?.close();
    context = undefined;
  };
  const listener: ContextEvents = {
    onMessage: (message) => {
      if (message.isFinal === true) context = undefined;
      events?.put(message);
    },
    onFault: (fault) => {
      context = undefined;
      events?.put({ fault });
    },
  };

  async function* say(text: string, signal: AbortSignal): AsyncGenerator<Part> {
    signal.throwIfAborted();
    const queue = createQueue<Event>();
    events = queue;
    const abort = (): void => {
      leave();
      queue.end();
    };
    signal.addEventListener("abort", abort, { once: true });
    let isWhole = false;
    try {
      context ??= await sockets.open(rate === 1 ? {} : { speed: rate }, listener, signal);
      context.say(text);
      yield* readText(text, queue, () => context?.finish());
      signal.throwIfAborted();
      isWhole = true;
    } finally {
      signal.removeEventListener("abort", abort);
      events = undefined;
      if (!isWhole) leave();
    }
  }

  return { rate, say, close: leave };
}

/** Times are whole milliseconds. */
const ROUNDING_MS = 2;
/** How long sound may lag behind its times, and times behind their sound, in milliseconds. */
const LAG_MS = 200;

/** The sound of one text, to its last character; other texts of the context may follow. */
async function* readText(text: string, events: Queue<Event>, finish: () => void): AsyncGenerator<Part> {
  const aligner = createAligner(text);
  const reader = createSampleReader();
  let beforeMs = 0;
  let isAligned = false;
  let lag: NodeJS.Timeout | undefined;
  const later = (act: () => void): void => {
    clearTimeout(lag);
    lag = setTimeout(act, LAG_MS);
  };
  try {
    for await (const event of events) {
      if ("fault" in event) throw event.fault;
      if (event.audio) {
        const samples = reader.push(Buffer.from(event.audio, "base64"));
        const soundMs = (samples.length / SAMPLE_RATE) * 1000;
        isAligned ||= Boolean(event.alignment);
        const reached = event.alignment ? aligner.add(event.alignment, { beforeMs, soundMs }) : [];
        beforeMs += soundMs;
        yield { audio: { samples, sampleRate: SAMPLE_RATE }, reached };
        // Without times only the end of the context tells the end of the text.
        if (!isAligned) later(finish);
      }
      if (event.isFinal) return;
      const endMs = aligner.endMs();
      if (endMs === undefined) continue;
      if (beforeMs >= endMs - ROUNDING_MS) return;
      later(() => events.end());
    }
  } finally {
    clearTimeout(lag);
  }
}
