import { describe, expect, it } from "vitest";
import { GERMAN_NOUNS } from "../../../orchestrator/turn/coco-german.ts";
import { COCO_NAMES, counted } from "../../../orchestrator/turn/coco.ts";

describe("the detector's classes in German", () => {
  it("are all there, each with a gender, a plural and capitals", () => {
    expect([...GERMAN_NOUNS.keys()]).toEqual(COCO_NAMES);
    for (const noun of GERMAN_NOUNS.values()) {
      expect(noun.one).toMatch(/^[A-ZÄÖÜ]/);
      expect(noun.many).toMatch(/^[A-ZÄÖÜ]/);
    }
    expect(new Set([...GERMAN_NOUNS.values()].map(({ one }) => one)).size).toBe(80);
  });

  it.each([
    ["person", 1, "eine Person"],
    ["person", 2, "zwei Personen"],
    ["dog", 1, "ein Hund"],
    ["cat", 1, "eine Katze"],
    ["bicycle", 1, "ein Fahrrad"],
    ["chair", 4, "vier Stühle"],
    ["bear", 1, "ein Bär"],
    ["bear", 2, "zwei Bären"],
    ["suitcase", 3, "drei Koffer"],
    ["skis", 1, "ein Paar Ski"],
    ["skis", 2, "zwei Paar Ski"],
    ["scissors", 2, "zwei Scheren"],
    ["broccoli", 3, "etwas Brokkoli"],
    ["bus", 12, "zwölf Busse"],
    ["bottle", 25, "25 Flaschen"],
  ])("%s × %i: %s", (label, count, words) => {
    expect(counted(label, count, "de")).toBe(words);
  });
});
