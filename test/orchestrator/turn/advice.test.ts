import { describe, expect, test } from "vitest";
import { adviceOn, showsNothing } from "../../../orchestrator/turn/advice.ts";
import type { Language } from "../../../orchestrator/turn/language.ts";
import type { Box, Frame, PastTurn, Quality } from "../../../orchestrator/turn/turn.ts";
import { frameOf, pastOf, verdictOf } from "../../standins/turn.ts";

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

const advise = (
  frame: Frame,
  history: readonly PastTurn[] = [],
  language: Language = "en",
  { boxes = [], peopleAsked = false }: { boxes?: readonly Box[]; peopleAsked?: boolean } = {},
): string => adviceOn({ frame, verdict: verdictOf(frame, { boxes }) }, { history, language, peopleAsked });

describe("advice before an answer", () => {
  const blurred = seen({ hint: "blurred" });

  test("names what to change, in the caller's language", () => {
    expect(advise(blurred, [], "en")).toBe(BLURRED);
    expect(advise(blurred, [], "de")).toContain("verwackelt");
  });

  test("is not given on a good picture, or on a screen", () => {
    expect(advise(seen({}), [], "en")).toBe("");
    expect(advise(seen({ hint: "blurred" }, "screen"), [], "en")).toBe("");
  });

  test("is not repeated in the turns that follow", () => {
    const told = pastOf({ answer: `${BLURRED} A cup.` });
    expect(advise(blurred, [told, pastOf(), pastOf()], "en")).toBe("");
    expect(advise(blurred, [told, pastOf(), pastOf(), pastOf()], "en")).toBe(BLURRED);
    expect(advise(seen({ hint: "covered" }), [told], "en")).toContain("covered");
  });

  const boxOf = (label: string): Box => ({ label, score: 0.9, x: 0, y: 20, width: 200, height: 400 });
  const cut = (label: string, peopleAsked = false) => ({ boxes: [boxOf(label)], peopleAsked });

  test("names what is cut off, once, unless the whole picture is spoiled", () => {
    const CUT_OFF = "Part of it is outside the picture: move back a little, please.";
    expect(advise(seen({}), [], "en", cut("bottle"))).toBe(CUT_OFF);
    expect(advise(seen({}), [], "de", cut("bottle"))).toContain("außerhalb des Bildes");
    expect(advise(blurred, [], "en", cut("bottle"))).toBe(BLURRED);
    expect(advise(seen({}), [pastOf({ answer: `${CUT_OFF} A bottle.` })], "en", cut("bottle"))).toBe("");
  });

  test("somebody at the edge is only cut off when people are asked for", () => {
    expect(advise(seen({}), [], "en", cut("person"))).toBe("");
    expect(advise(seen({}), [], "en", cut("person", true))).not.toBe("");
  });

  test("nobody can move back from a photo, or from a screen", () => {
    expect(advise(seen({}, "photo"), [], "en", cut("bottle"))).toBe("");
    expect(advise(seen({}, "screen"), [], "en", cut("bottle"))).toBe("");
  });
});
