import { durationMs, type Pcm } from "../../../orchestrator/lib/pcm.ts";
import type { Call, CallOptions } from "../../../orchestrator/session/call.ts";
import type { CallEnd, CallRequest } from "../../../orchestrator/session/call-events.ts";
import type { FrameRing, Origin } from "../../../orchestrator/vision/ring.ts";
import type { RawFrame } from "../../../orchestrator/vision/raw.ts";
import type { FrameSource } from "../../../orchestrator/turn/turn.ts";

/** A call that keeps what it is given, and plays a tone when asked a question. */
export interface FakeCall extends Call {
  readonly options: CallOptions;
  readonly heard: Pcm[];
  readonly requests: CallRequest[];
  readonly pictures: { readonly raw: RawFrame; readonly origin: Origin }[];
  /** `start camera`, `stop camera`, `deafen` … in order. */
  readonly notes: string[];
  heardMs(): number;
  /** Plays a tone; resolves when it is handed over. */
  play(forMs: number): Promise<void>;
  lag: number;
}

export interface FakeCalls {
  readonly all: FakeCall[];
  readonly start: (options: CallOptions) => Promise<Call>;
  /** A caller's call number `index`, as soon as it was started. */
  of(caller: string, index?: number): Promise<FakeCall>;
}

export function createFakeCalls(settings: { readonly drainMs?: number } = {}): FakeCalls {
  const all: FakeCall[] = [];
  const waiting: (() => void)[] = [];
  return {
    all,
    start(options) {
      all.push(createFakeCall(options, settings.drainMs ?? 0));
      for (const wake of waiting.splice(0)) wake();
      return Promise.resolve(all.at(-1)!);
    },
    async of(caller, index = 0) {
      for (;;) {
        const found = all.filter(({ options }) => options.caller === caller)[index];
        if (found) return found;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

function createFakeCall(options: CallOptions, drainMs: number): FakeCall {
  const ended = Promise.withResolvers<CallEnd>();
  const heard: Pcm[] = [];
  const requests: CallRequest[] = [];
  const pictures: { readonly raw: RawFrame; readonly origin: Origin }[] = [];
  const notes: string[] = [];
  const end = (reason: CallEnd): Promise<void> => {
    options.onEvent({ type: "ended", reason });
    ended.resolve(reason);
    return Promise.resolve();
  };
  return {
    id: options.id,
    options,
    heard,
    requests,
    pictures,
    notes,
    lag: 0,
    heardMs: () => heard.reduce((sum, audio) => sum + durationMs(audio), 0),
    frames: fakeRing(pictures, notes),
    hear: (audio) => void heard.push(audio),
    deafen: () => void notes.push("deafen"),
    request(request) {
      requests.push(request);
      if (request.type === "command" && request.command === "hang-up") void end("hung-up");
    },
    lagMs() {
      return this.lag;
    },
    play: (forMs) => options.speaker.write(tone(forMs, options.speaker.sampleRate)),
    announceEnd: () => Promise.resolve(void notes.push("announce end")),
    async drain() {
      await new Promise((resolve) => setTimeout(resolve, drainMs));
      await end("shutdown");
    },
    end,
    ended: ended.promise,
  };
}

function fakeRing(
  pictures: { readonly raw: RawFrame; readonly origin: Origin }[],
  notes: string[],
): FrameRing {
  return {
    gate: () => Promise.reject(new Error("a fake call judges nothing")),
    isJudged: () => false,
    isCurrent: () => false,
    recent: () => [],
    isOn: () => false,
    next: () => Promise.resolve(undefined),
    offer: (raw, origin) => void pictures.push({ raw, origin }),
    start: (source: FrameSource) => void notes.push(`start ${source}`),
    stop: (source: FrameSource) => void notes.push(`stop ${source}`),
    setRate: () => {},
    close: () => {},
  };
}

function tone(forMs: number, sampleRate: number): Pcm {
  const samples = Int16Array.from({ length: (sampleRate * forMs) / 1000 }, (_, at) =>
    Math.round(12_000 * Math.sin((2 * Math.PI * 440 * at) / sampleRate)),
  );
  return { samples, sampleRate };
}
