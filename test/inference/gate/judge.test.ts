import { describe, expect, it } from "vitest";
import { judgePicture, type JudgeMode } from "../../../inference/gate/judge.ts";
import type { Picture } from "../../../inference/gate/picture.ts";
import type { View } from "../../../inference/gate/views.ts";

const box = { x: 1, y: 2, width: 3, height: 4 };

describe("judgePicture", () => {
  it.each<[string, JudgeMode, (view: View) => number, object]>([
    [
      "a strong first look decides",
      "stream",
      () => 0.6,
      { verdict: "person", reason: "person-detected", score: 0.6, looks: [0.6] },
    ],
    ["a strong first look decides for a photo", "photo", () => 0.9, { verdict: "person", looks: [0.9] }],
    [
      "a stream without doubt is clear after one look",
      "stream",
      () => 0.09,
      { verdict: "clear", reason: "no-person", looks: [0.09] },
    ],
    [
      "a doubtful stream frame is looked at again",
      "stream",
      ({ mirrored }) => (mirrored ? 0.6 : 0.3),
      { verdict: "person", reason: "person-on-second-look", looks: [0.3, 0.6] },
    ],
    [
      "and may stay in doubt",
      "stream",
      ({ mirrored }) => (mirrored ? 0.15 : 0.3),
      { verdict: "unknown", reason: "uncertain", looks: [0.3, 0.15] },
    ],
    [
      "or turn out clear",
      "stream",
      ({ mirrored }) => (mirrored ? 0.01 : 0.3),
      { verdict: "clear", looks: [0.3, 0.01] },
    ],
    [
      "a photo is judged by the mean of its looks",
      "photo",
      ({ longSide }) => (longSide === 512 ? 0.5 : 0.3),
      { verdict: "person", reason: "person-on-second-look" },
    ],
    [
      "one look that imagines things is outvoted",
      "photo",
      ({ longSide, mirrored }) => (longSide === 640 && !mirrored ? 0.5 : 0.02),
      { verdict: "clear", reason: "no-person" },
    ],
    ["a mean in between is a doubt", "photo", () => 0.2, { verdict: "unknown", reason: "uncertain" }],
    [
      "somebody upside down is found",
      "photo",
      ({ turns }) => (turns === 2 ? 0.7 : 0.01),
      { verdict: "person", reason: "person-on-second-look" },
    ],
    [
      "somebody on their side may be there",
      "photo",
      ({ turns }) => (turns === 3 ? 0.35 : 0.01),
      { verdict: "unknown", reason: "uncertain" },
    ],
    [
      "but only when all turned looks agree",
      "photo",
      ({ turns, longSide }) => (turns === 1 && longSide !== 512 ? 0.8 : 0.01),
      { verdict: "clear" },
    ],
  ])("%s", async (_name, mode, score, expected) => {
    expect(await judge(scene(), mode, score)).toMatchObject(expected);
  });

  it("doubts sooner where the picture is hard", async () => {
    const { verdict: usual } = await judge(scene(), "photo", ({ turns }) => (turns ? 0 : 0.15));
    const { verdict: flat } = await judge(scene({ contrast: 0.1 }), "photo", () => 0.15);
    const { verdict: clipped } = await judge(scene({ white: true }), "photo", () => 0.03);
    expect([usual, flat, clipped]).toEqual(["clear", "unknown", "unknown"]);
  });

  it("looks at a small picture at its own size", async () => {
    const small = ({ longSide }: View): number => (longSide <= 320 ? 0.12 : 0.01);
    expect(await judge(scene({ side: 160 }), "photo", small)).toMatchObject({
      verdict: "unknown",
      score: 0.12,
    });
    expect(await judge(scene(), "photo", small)).toMatchObject({ verdict: "clear" });
  });

  it("weighs black and white less, and enlarges it", async () => {
    const grey = scene({ grey: true });
    expect(await judge(grey, "photo", ({ longSide }) => (longSide > 640 ? 0 : 0.29))).toMatchObject({
      verdict: "clear",
    });
    expect(await judge(grey, "photo", ({ longSide }) => (longSide > 640 ? 0.3 : 0.05))).toMatchObject({
      verdict: "unknown",
      score: 0.3,
    });
  });

  it("shows no person in a clear picture, all else stays", async () => {
    const { boxes } = await judge(scene(), "photo", () => 0.05);
    expect(boxes).toEqual([{ label: "dog", score: 0.9, ...box }]);
  });

  it("passes a failing look on", async () => {
    await expect(judgePicture(scene(), "photo", () => Promise.reject(new Error("broken")))).rejects.toThrow(
      "broken",
    );
  });
});

function judge(picture: Picture, mode: JudgeMode, score: (view: View) => number) {
  return judgePicture(picture, mode, async (view) => ({
    score: score(view),
    boxes: [
      { label: "dog", score: 0.9, ...box },
      { label: "person", score: score(view), ...box },
    ],
  }));
}

/** Colourful stripes of full contrast, unless told otherwise. */
function scene({ side = 640, contrast = 1, grey = false, white = false } = {}): Picture {
  const height = Math.round(side / 2);
  const rgb = new Uint8Array(3 * side * height);
  for (let at = 0; at < rgb.length; at += 3) {
    const bright = (at / 3) % 7 < 3;
    const value = 128 + (bright ? 60 : -60) * contrast;
    if (white && (at / 3) % 2 === 0) rgb.fill(255, at, at + 3);
    else rgb.set(grey ? [value, value, value] : [value, value + 10, value - 10], at);
  }
  return { rgb, width: side, height };
}
