import { describe, expect, it } from "vitest";
import { ClearPicture, MAX_FRAME_AGE_MS } from "../../../orchestrator/turn/clear-picture.ts";
import type { Prompt } from "../../../orchestrator/turn/turn.ts";
import { frameOf, jpegOf, verdictOf } from "../../standins/turn.ts";

const frame = frameOf({ source: "camera", capturedAtMs: 1000 });

describe("ClearPicture", () => {
  it("holds exactly the judged bytes", () => {
    expect(ClearPicture.of(frame, verdictOf(frame), 1000)?.jpeg.sha256).toBe(frame.gated.sha256);
  });

  it.each(["person", "unknown"] as const)("is not made of a verdict %s", (value) => {
    expect(ClearPicture.of(frame, verdictOf(frame, { value }), 1000)).toBeUndefined();
  });

  it("is not made of other bytes than those judged", () => {
    expect(
      ClearPicture.of(frame, verdictOf(frame, { sha256: jpegOf("other").sha256 }), 1000),
    ).toBeUndefined();
  });

  it("is not made of a frame whose bytes were changed after the verdict", () => {
    const verdict = verdictOf(frame);
    const changed = { ...frame, gated: { ...frame.gated, bytes: jpegOf("other").bytes } };
    expect(ClearPicture.of(changed, verdict, 1000)).toBeUndefined();
  });

  it("is not made of a stale camera frame, but a photo has no age", () => {
    const late = 1000 + MAX_FRAME_AGE_MS + 1;
    expect(ClearPicture.of(frame, verdictOf(frame), late)).toBeUndefined();
    const photo = frameOf({ source: "photo" });
    expect(ClearPicture.of(photo, verdictOf(photo), late)).toBeDefined();
  });

  it("keeps its bytes when the frame's buffer is reused", () => {
    const own = frameOf({ id: "reused" });
    const clear = ClearPicture.of(own, verdictOf(own), 0);
    const before = clear?.jpeg.bytes.slice();
    own.gated.bytes.fill(0);
    expect(clear?.jpeg.bytes).toEqual(before);
  });

  it("cannot be replaced by a look-alike in a cloud prompt", () => {
    const lookAlike = { jpeg: frame.gated };
    const prompt = {
      conversationId: "call",
      messages: [{ role: "user", parts: [{ type: "picture", picture: lookAlike }] }],
      maxTokens: 1,
    } as const;
    // @ts-expect-error A cloud prompt takes pictures that the gate judged clear, and nothing else.
    const cloud: Prompt<ClearPicture> = prompt;
    expect(cloud.messages[0]).toBeDefined();
  });
});
