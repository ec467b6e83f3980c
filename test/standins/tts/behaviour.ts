import { setTimeout as wait } from "node:timers/promises";
import type { MakeSound, VoiceSound } from "./sound.ts";

/** What goes wrong with one text. */
export type VoiceFault =
  /** Nothing comes. */
  | { readonly type: "hang" }
  /** After so many bytes of sound nothing more comes. */
  | { readonly type: "stall"; readonly atByte: number }
  /** After so many bytes the answer ends as if it were whole. */
  | { readonly type: "end"; readonly atByte: number }
  /** After so many bytes the connection breaks. */
  | { readonly type: "cut"; readonly atByte: number }
  /** The sound was made for another sample rate than the one it is said to have. */
  | { readonly type: "wrong-rate"; readonly times: number }
  /** Random bytes instead of samples. */
  | { readonly type: "garbage" }
  | { readonly type: "empty" }
  | { readonly type: "silent" }
  /** An HTTP status instead of an answer. */
  | { readonly type: "status"; readonly status: number };

/** How a stand-in says a text. */
export interface VoiceBehaviour {
  /** From the request to the first sound, in milliseconds. Default 0. */
  readonly firstAudioMs?: number;
  /** Times real time. Default: as fast as it can be sent. */
  readonly speed?: number;
  /** Sound per message or write, in milliseconds. Default 60. */
  readonly chunkMs?: number;
  /** Silence in front, in milliseconds. Default 0. */
  readonly leadMs?: number;
  readonly fault?: VoiceFault;
}

/** Behaviours of the texts to come. */
export interface Script {
  /** Holds from now on; forgets what `next` was told. */
  always(behaviour: VoiceBehaviour): void;
  /** Behaviours of the next texts; after them `always` holds. */
  next(...behaviours: readonly VoiceBehaviour[]): void;
}

/** Creates a script, and what the server takes from it. */
export function createScript(): Script & { take(): VoiceBehaviour } {
  let standing: VoiceBehaviour = {};
  let queue: VoiceBehaviour[] = [];
  return {
    always: (behaviour) => {
      standing = behaviour;
      queue = [];
    },
    next: (...behaviours) => void queue.push(...behaviours),
    take: () => queue.shift() ?? standing,
  };
}

/** A piece of sound on its way, and how the text ends. */
export interface SoundChunk {
  readonly bytes: Buffer;
  readonly startMs: number;
  readonly endMs: number;
}

export type SoundEnd = "whole" | "stalled" | "cut";

/** Makes a text's sound and sends it at the pace and with the fault of the behaviour. */
export async function sendSound(
  text: string,
  options: {
    readonly behaviour: VoiceBehaviour;
    readonly makeSound: MakeSound;
    readonly speed: number;
    readonly gone: AbortSignal;
    readonly send: (chunk: SoundChunk, sound: VoiceSound) => void;
  },
): Promise<SoundEnd> {
  const { behaviour, gone, send } = options;
  const { firstAudioMs = 0, speed = Infinity, chunkMs = 60, fault } = behaviour;
  const sound = spoil(await options.makeSound(text, options.speed), behaviour);
  const begin = performance.now();
  const until = (atMs: number): Promise<unknown> => {
    const leftMs = begin + atMs - performance.now();
    return leftMs <= 0 ? Promise.resolve() : wait(leftMs, undefined, { signal: gone }).catch(() => {});
  };
  await until(firstAudioMs);
  if (fault?.type === "hang") return "stalled";
  const bytes = Buffer.from(sound.samples.buffer, sound.samples.byteOffset, sound.samples.byteLength);
  const limit = fault && "atByte" in fault ? Math.min(bytes.length, fault.atByte) : bytes.length;
  const size = Math.max(2, Math.round((chunkMs * sound.sampleRate) / 1000) * 2);
  const toMs = (at: number): number => (at / 2 / sound.sampleRate) * 1000;
  for (let at = 0; at < limit && !gone.aborted; at += size) {
    const end = Math.min(at + size, limit);
    await until(firstAudioMs + toMs(end) / speed);
    if (!gone.aborted) send({ bytes: bytes.subarray(at, end), startMs: toMs(at), endMs: toMs(end) }, sound);
  }
  if (fault?.type === "stall") return "stalled";
  return fault?.type === "cut" ? "cut" : "whole";
}

function spoil(sound: VoiceSound, { leadMs = 0, fault }: VoiceBehaviour): VoiceSound {
  const lead = Math.round((leadMs * sound.sampleRate) / 1000);
  const samples = new Int16Array(sound.samples.length + lead);
  samples.set(sound.samples, lead);
  const words = sound.words.map(({ text, startMs, endMs }) => ({
    text,
    startMs: startMs + leadMs,
    endMs: endMs + leadMs,
  }));
  switch (fault?.type) {
    case "empty":
      return { ...sound, samples: new Int16Array(), words };
    case "silent":
      return { ...sound, samples: samples.fill(0), words };
    case "garbage":
      return { ...sound, samples: samples.map(() => Math.floor(Math.random() * 65_536) - 32_768), words };
    case "wrong-rate":
      return { ...sound, samples: everyNth(samples, fault.times), words };
    default:
      return { ...sound, samples, words };
  }
}

/** As sound for a rate that is so many times lower. */
function everyNth(samples: Int16Array, times: number): Int16Array {
  return Int16Array.from(
    { length: Math.floor(samples.length / times) },
    (_, index) => samples[Math.floor(index * times)] ?? 0,
  );
}
