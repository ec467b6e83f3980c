import { describe, expect, it } from "vitest";
import { toCondition } from "../../../inference/gate/condition.ts";
import { drawFigure } from "../../../inference/gate/figure.ts";
import type { Picture } from "../../../inference/gate/picture.ts";

const good = { colourless: false, flat: false, clipped: false, small: false };

describe("toCondition", () => {
  it("finds nothing wrong with an ordinary picture", () => {
    expect(toCondition(drawFigure(640, 384))).toEqual(good);
  });

  it.each<[string, object, (value: number, at: number) => number]>([
    ["colourless", { colourless: true }, (_value, at) => (Math.floor(at / 3) % 200) + 20],
    ["flat", { flat: true }, (value) => 100 + value / 10],
    ["clipped", { clipped: true }, (value) => (value >= 190 ? 255 : value)],
  ])("%s", (_name, expected, change) => {
    const picture = drawFigure(640, 384);
    expect(toCondition({ ...picture, rgb: picture.rgb.map(change) })).toEqual({ ...good, ...expected });
  });

  it("small", () => {
    expect(toCondition(drawFigure(256, 160))).toEqual({ ...good, small: true });
  });

  it("does not take black print on white paper for over-exposed", () => {
    const paper: Picture = {
      rgb: Uint8Array.from({ length: 3 * 400 * 300 }, (_, at) => (Math.floor(at / 3) % 3 === 0 ? 10 : 255)),
      width: 400,
      height: 300,
    };
    expect(toCondition(paper).clipped).toBe(false);
  });

  it("can judge a single pixel", () => {
    expect(toCondition({ rgb: Uint8Array.of(1, 2, 3), width: 1, height: 1 })).toMatchObject({
      flat: true,
      small: true,
    });
  });
});
