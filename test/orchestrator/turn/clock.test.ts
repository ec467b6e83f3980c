import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atHours, bearingDeg, clockHour, hourBegins, sideOf } from "../../../orchestrator/turn/clock.ts";

const wide = { width: 1280, height: 720 };
const tall = { width: 720, height: 1280 };

describe("bearingDeg", () => {
  it("is half the angle of view at the edges of the longer side, and nothing in the middle", () => {
    expect(bearingDeg(0, wide, 65)).toBeCloseTo(-32.5);
    expect(bearingDeg(1280, wide, 65)).toBeCloseTo(32.5);
    expect(bearingDeg(640, wide, 65)).toBe(0);
  });

  it("has the same focal length in portrait", () => {
    const column = 360 + 300;
    expect(bearingDeg(column, tall, 65)).toBeCloseTo(bearingDeg(640 + 300, wide, 65));
    expect(bearingDeg(720, tall, 65)).toBeLessThan(20);
  });
});

describe("clockHour", () => {
  it("spans eleven to one o'clock at 65 degrees", () => {
    const hours = [0, 200, 400, 640, 880, 1080, 1280].map((x) => clockHour(x, wide, 65));
    expect(hours).toEqual([11, 11, 12, 12, 12, 1, 1]);
  });

  it("spans ten to two o'clock with a wide-angle lens", () => {
    expect(clockHour(0, wide, 100)).toBe(10);
    expect(clockHour(1280, wide, 100)).toBe(2);
  });

  it("is a mirror image of itself", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1280 }), fc.integer({ min: 30, max: 120 }), (x, fov) => {
        const left = clockHour(1280 - x, wide, fov) % 12;
        expect((12 - left) % 12).toBe(clockHour(x, wide, fov) % 12);
      }),
    );
  });

  it("changes where `hourBegins` says", () => {
    const begins = hourBegins(1, wide, 65) * 1280;
    expect(clockHour(begins - 1, wide, 65)).toBe(12);
    expect(clockHour(begins + 1, wide, 65)).toBe(1);
    expect(hourBegins(-1, wide, 65) + hourBegins(1, wide, 65)).toBeCloseTo(1);
  });
});

it("calls twelve o'clock ahead", () => {
  expect([10, 11, 12, 1, 2].map(sideOf)).toEqual(["left", "left", "ahead", "right", "right"]);
});

it("says hours in words, in both languages", () => {
  expect(atHours([11, 1])).toBe("at eleven and one o'clock");
  expect(atHours([1], "de")).toBe("auf ein Uhr");
  expect(atHours([11, 1], "de")).toBe("auf elf und ein Uhr");
  expect(atHours([10, 12, 2], "de")).toBe("auf zehn, zwölf und zwei Uhr");
});
