import { onTestFinished } from "vitest";
import type { Gate } from "../../../orchestrator/turn/ports.ts";
import type { Frame, Verdict, VerdictValue } from "../../../orchestrator/turn/turn.ts";
import type { RawFrame } from "../../../orchestrator/vision/raw.ts";
import { createFrameRing, type FrameRing } from "../../../orchestrator/vision/ring.ts";
import { busyFrame, rawFrame } from "./pictures.ts";

/** For what nobody stops waiting for. */
export const never = new AbortController().signal;
export const camera = { participant: "user", track: "camera-1" };
/** A gate's word on a frame. */
export const word = (frame: Frame, value: VerdictValue): Verdict => ({
  value,
  score: 0,
  reason: value === "clear" ? "no-person" : value === "person" ? "person-detected" : "gate-timeout",
  boxes: [],
  model: "fake",
  ms: 1,
  sha256: frame.gated.sha256,
});

export interface Bench {
  readonly ring: FrameRing;
  /** Frames in the order in which the gate was asked. */
  readonly judged: Frame[];
  clockMs: number;
  /** Offers a frame captured now and waits until the ring has it, or has dropped it. */
  offer(change?: Partial<RawFrame>, origin?: typeof camera): Promise<void>;
  instants(source?: "camera" | "screen" | "any"): readonly number[];
}

const still = await busyFrame({ source: "camera" });

/** A ring whose frames all look alike, closed with its test. */
export function bench(judge: (frame: Frame) => VerdictValue | Promise<VerdictValue> = () => "clear"): Bench {
  const judged: Frame[] = [];
  const gate: Gate = async (frame) => {
    judged.push(frame);
    return word(frame, await judge(frame));
  };
  const toFrame = (raw: RawFrame): Promise<Frame> =>
    raw.data.length === 0
      ? Promise.reject(new Error("no frame"))
      : Promise.resolve({
          ...still,
          id: String(raw.capturedAtMs),
          source: raw.source,
          capturedAtMs: raw.capturedAtMs,
        });
  const ring = createFrameRing({ gate, toFrame, now: () => self.clockMs });
  onTestFinished(() => ring.close());
  const self: Bench = {
    ring,
    judged,
    clockMs: 10_000,
    async offer(change = {}, origin = camera) {
      ring.offer({ ...rawFrame({ capturedAtMs: self.clockMs }), ...change }, origin);
      await settled();
    },
    instants: (source = "any") => ring.recent(source).map(({ capturedAtMs }) => capturedAtMs),
  };
  return self;
}

/** The bench's encoder needs one turn of the event loop, as do the promises behind it. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
