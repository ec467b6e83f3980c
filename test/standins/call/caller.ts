import type { Call } from "../../../orchestrator/session/call.ts";
import { synthesise, type SynthesisOptions } from "../speech/synthesise.ts";
import type { FakeEar } from "./ear.ts";
import type { RoomSound } from "./room.ts";

const RATE = 16_000;
const FRAME = 320;
/** −45 dBFS: what is softer is silence. */
const AUDIBLE = 184;

export interface SayOptions extends SynthesisOptions {
  /** Milliseconds from the last sample to the final. Default: 150. */
  readonly finalMs?: number;
  /** What the recogniser makes of it; none: no final comes. Default: the text. */
  readonly as?: string | null;
  /** The text in parts, each with a final of its own; a pause stands behind the last word of each. */
  readonly parts?: readonly string[];
  /** Interim results, at milliseconds from the first sample. */
  readonly interims?: readonly { readonly atMs: number; readonly text: string }[];
}

/** A person with a microphone: speaks in real time, and is silent with a little noise otherwise. */
export interface FakeCaller {
  /** Speaks; resolves with the monotonic instant at which its last audible sample sounded. */
  say(text: string, options?: SayOptions): Promise<number>;
  /** Makes a sound that no recogniser makes words of. */
  sound(samples: Int16Array): Promise<number>;
  /** Monotonic instant of the first sample of the sound that was made last. */
  beganAtMs(): number;
  /** Stops the microphone. */
  close(): void;
}

export interface CallerOptions {
  /** Samples in a frame. Default: 20 ms of them. */
  readonly frame?: number | undefined;
  /** What else the microphone hears. */
  readonly room: RoomSound;
  /** Frames are held back for up to this long, and come in bursts. Default: 0. */
  readonly jitterMs?: number | undefined;
}

/** How many samples stand behind the last audible one. */
function softTail(samples: Int16Array): number {
  const last = samples.findLastIndex((sample) => Math.abs(sample) >= AUDIBLE);
  return last < 0 ? 0 : samples.length - 1 - last;
}

/** Starts a caller whose microphone is on. */
export function startCaller(call: Call, ear: FakeEar, options: CallerOptions): FakeCaller {
  const { frame = FRAME, room, jitterMs = 0 } = options;
  let queue: { samples: Int16Array; at: number; done: (atMs: number) => void }[] = [];
  let sent = 0;
  let beganAtMs = 0;
  const startedAtMs = performance.now();
  const next = (): Int16Array => {
    const samples = new Int16Array(frame);
    const [head] = queue;
    if (!head) {
      room(samples);
      return samples;
    }
    if (head.at === 0) beganAtMs = startedAtMs + (sent / RATE) * 1000;
    const piece = head.samples.subarray(head.at, head.at + frame);
    samples.set(piece);
    room(samples);
    head.at += piece.length;
    if (head.at >= head.samples.length) {
      queue.shift();
      head.done(startedAtMs + ((sent + piece.length - softTail(head.samples)) / RATE) * 1000);
    }
    return samples;
  };
  const dueAtMs = (): number => startedAtMs + ((sent + frame) / RATE) * 1000;
  let heldUntilMs = 0;
  let timer: NodeJS.Timeout;
  const send = (): void => {
    const due = performance.now() >= heldUntilMs;
    if (due) heldUntilMs = performance.now() + Math.random() * jitterMs;
    while (due && dueAtMs() <= performance.now()) {
      call.hear({ samples: next(), sampleRate: RATE });
      sent += frame;
    }
    timer = setTimeout(send, Math.max(1, Math.max(dueAtMs(), heldUntilMs) - performance.now()));
  };
  send();
  const sound = (samples: Int16Array): Promise<number> =>
    new Promise((done) => {
      queue.push({ samples, at: 0, done });
    });
  return {
    async say(text, options = {}) {
      const { finalMs = 150, as = text, interims = [], parts = [], ...synthesis } = options;
      const { samples, words } = await synthesise(text, synthesis);
      const from = sent;
      for (const { atMs, text } of interims)
        ear.say({ atSample: from + atMs * 16, heard: { type: "interim", text, confidence: null } });
      const final = (text: string, endMs: number): void =>
        ear.say({ atSample: from + (endMs + finalMs) * 16, heard: { type: "final", text, confidence: 1 } });
      let spoken = 0;
      for (const part of parts) {
        spoken += part.split(" ").length;
        final(part, words[spoken - 1]?.endMs ?? 0);
      }
      if (parts.length === 0 && as !== null) final(as, samples.length / 16);
      return sound(samples);
    },
    sound,
    beganAtMs: () => beganAtMs,
    close() {
      clearTimeout(timer);
      queue = [];
    },
  };
}
