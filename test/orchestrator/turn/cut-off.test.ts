import { expect, it } from "vitest";
import { cutOff } from "../../../orchestrator/turn/cut-off.ts";
import type { Box } from "../../../orchestrator/turn/turn.ts";

const WIDTH = 1280;
const HEIGHT = 768;

const box = (label: string, x: number, y: number, width: number, height: number, score = 0.9): Box => ({
  label,
  score,
  x,
  y,
  width,
  height,
});
const cut = (...boxes: readonly Box[]): string | undefined =>
  cutOff({ width: WIDTH, height: HEIGHT }, { boxes });

it.each<readonly [string, string | undefined, Box]>([
  ["a person half outside on the left", "person", box("person", 0, 100, 250, 600)],
  ["a person half outside on the right", "person", box("person", WIDTH - 250, 100, 250, 600)],
  ["a letter whose lower half is missing", "book", box("book", 300, HEIGHT - 300, 600, 300)],
  ["a person whose feet are below the picture", undefined, box("person", 500, 200, 200, HEIGHT - 200)],
  ["a person who fills the height", undefined, box("person", 400, 0, 500, HEIGHT)],
  ["a page that fills the picture", undefined, box("book", 0, 0, WIDTH, HEIGHT)],
  ["a person wholly inside", undefined, box("person", 500, 50, 200, 600)],
  ["somebody small at the edge", undefined, box("person", 0, 300, 60, 200)],
  ["what is probably nothing", undefined, box("person", 0, 100, 250, 600, 0.3)],
  ["a car: streets are always cut off", undefined, box("car", 0, 300, 300, 400)],
])("%s: %s", (_what, label, shown) => {
  expect(cut(shown)).toBe(label);
});

it("is about the largest thing alone", () => {
  const inside = box("person", 500, 50, 300, 700);
  expect(cut(box("person", 0, 100, 150, 500), inside)).toBe(undefined);
  expect(cut(box("cat", 0, 50, 400, 700), inside)).toBe("cat");
});
