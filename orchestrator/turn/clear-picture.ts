import { createHash } from "node:crypto";
import type { Frame, Jpeg, Verdict } from "./turn.ts";

/** A camera frame older than this says nothing about what is in front of the user now. */
export const MAX_FRAME_AGE_MS = 1000;

/**
 * A picture that may leave the box. The only way to one is `clearPicture`, which binds it to the
 * gate's verdict on exactly these bytes; the private field keeps any other object from passing as one.
 */
export class ClearPicture {
  readonly #jpeg: Jpeg;

  private constructor(jpeg: Jpeg) {
    this.#jpeg = jpeg;
  }

  get jpeg(): Jpeg {
    return this.#jpeg;
  }

  /** Undefined unless the verdict is `clear`, belongs to these very bytes, and the frame is fresh. */
  static of(frame: Frame, verdict: Verdict, nowMs: number): ClearPicture | undefined {
    if (verdict.value !== "clear") return undefined;
    if (frame.source !== "photo" && nowMs - frame.capturedAtMs > MAX_FRAME_AGE_MS) return undefined;
    const bytes = new Uint8Array(frame.gated.bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    if (sha256 !== verdict.sha256) return undefined;
    return new ClearPicture({ bytes, sha256, width: frame.gated.width, height: frame.gated.height });
  }
}
