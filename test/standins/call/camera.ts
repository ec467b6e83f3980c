import type { Gate } from "../../../orchestrator/turn/ports.ts";
import type { Frame } from "../../../orchestrator/turn/turn.ts";
import type { RawFrame } from "../../../orchestrator/vision/raw.ts";
import { createFrameRing, type FrameRing } from "../../../orchestrator/vision/ring.ts";
import { frameOf } from "../turn.ts";

type Rotation = RawFrame["rotation"];

/** What the camera of a stand-in delivers. */
type Shown = Pick<RawFrame, "capturedAtMs" | "rotation">;

/** A call's ring for a camera whose pictures need no decoding: `toFrame` makes the frame of an instant. */
export function ringShowing({
  gate,
  toFrame = frameShown,
}: {
  readonly gate: Gate;
  readonly toFrame?: (shown: Shown) => Frame | Promise<Frame>;
}): FrameRing {
  return createFrameRing({ gate, toFrame: async (raw) => toFrame(raw) });
}

/** The frame of an instant, named by it; `luma`: how bright its scene is. */
export function frameShown({ capturedAtMs }: Pick<Shown, "capturedAtMs">, luma?: number): Frame {
  const id = `frame ${capturedAtMs}`;
  return frameOf({ id, source: "camera", capturedAtMs, ...(luma !== undefined && { luma }) });
}

/** Hands a ring the caller's picture of this instant. */
export function offerPicture(ring: FrameRing, track = "camera", rotation: Rotation = 0): void {
  const capturedAtMs = performance.now();
  const raw: RawFrame = { ...NO_PIXELS, source: "camera", capturedAtMs, rotation };
  ring.offer(raw, { participant: "caller", track });
}

const NO_PIXELS = { data: new Uint8Array(), format: "I420", width: 0, height: 0 } as const;

/** Shows a call a picture every so many milliseconds, while the camera is on; returns what ends it. */
export function showCamera(
  { frames }: { readonly frames: FrameRing },
  {
    everyMs,
    track = () => "camera",
    rotation = () => 0,
    isOn = () => true,
  }: {
    readonly everyMs: number;
    readonly track?: () => string;
    readonly rotation?: () => Rotation;
    readonly isOn?: () => boolean;
  },
): () => void {
  const timer = setInterval(() => {
    if (isOn()) offerPicture(frames, track(), rotation());
  }, everyMs);
  return () => clearInterval(timer);
}
