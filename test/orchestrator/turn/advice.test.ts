import { describe, expect, test } from "vitest";
import { adviceOn, showsNothing } from "../../../orchestrator/turn/advice.ts";
import type { Quality } from "../../../orchestrator/turn/turn.ts";
import { frameOf, pastOf } from "../../standins/turn.ts";

const seen = (quality: Partial<Quality>, source: "camera" | "photo" | "screen" = "camera") =>
  frameOf({ source, quality });
const BLURRED = "The picture is blurred: hold the camera still, please.";

describe("what no model could see", () => {
  test.each<[string, Partial<Quality>, boolean]>([
    ["black", { hint: "too-dark", mean: 2, deviation: 1 }, true],
    ["a lamp in the dark", { hint: "too-dark", mean: 12, deviation: 30 }, false],
    ["white", { hint: "too-bright", mean: 254, deviation: 1 }, true],
    ["one colour: a shirt held close, or a covered lens", { hint: "covered", deviation: 3 }, false],
    ["blurred", { hint: "blurred" }, false],
    ["a good picture", {}, false],
  ])("%s", (_, quality, nothing) => {
    expect(showsNothing(seen(quality))).toBe(nothing);
  });

  test("a shared screen may be black", () => {
    expect(showsNothing(seen({ hint: "too-dark", mean: 0, deviation: 0 }, "screen"))).toBe(false);
  });
});

describe("advice before an answer", () => {
  const blurred = seen({ hint: "blurred" });

  test("names what to change, in the caller's language", () => {
    expect(adviceOn(blurred, [], "en")).toBe(BLURRED);
    expect(adviceOn(blurred, [], "de")).toContain("verwackelt");
  });

  test("is not given on a good picture, or on a screen", () => {
    expect(adviceOn(seen({}), [], "en")).toBe("");
    expect(adviceOn(seen({ hint: "blurred" }, "screen"), [], "en")).toBe("");
  });

  test("is not repeated in the turns that follow", () => {
    const told = pastOf({ answer: `${BLURRED} A cup.` });
    expect(adviceOn(blurred, [told, pastOf(), pastOf()], "en")).toBe("");
    expect(adviceOn(blurred, [told, pastOf(), pastOf(), pastOf()], "en")).toBe(BLURRED);
    expect(adviceOn(seen({ hint: "covered" }), [told], "en")).toContain("covered");
  });
});
