import { describe, expect, it } from "vitest";
import { durationBounds, spokenWeight, wordWeight } from "../../../../orchestrator/speech/tts/bounds.ts";
import { synthesise } from "../../../standins/speech/synthesise.ts";

describe("spokenWeight", () => {
  it("counts digits as the words that they become, and pauses", () => {
    expect(spokenWeight("29")).toBeGreaterThan(spokenWeight("ab"));
    expect(spokenWeight("a, b")).toBeGreaterThan(spokenWeight("a b"));
    expect(spokenWeight("你好")).toBeGreaterThan(spokenWeight("ab"));
    expect(spokenWeight("")).toBe(0);
    expect(wordWeight(" ab ")).toBe(wordWeight("ab"));
    expect(wordWeight(" ")).toBe(0);
  });
});

describe("durationBounds", () => {
  it.each([
    "Yes.",
    "I can see two people, one at eleven o'clock.",
    "It costs $29.99, that is 10% less.",
    "At 12:45 on 3 May 2026.",
  ])("holds speech at any rate: %s", async (text) => {
    for (const rate of [0.5, 1, 2]) {
      const { samples } = await synthesise(text, { speed: Math.round(175 * rate) });
      const { min, max } = durationBounds(text, rate);
      const soundMs = samples.length / 16;
      expect(soundMs).toBeGreaterThan(min);
      expect(soundMs).toBeLessThan(max);
    }
  });

  it("does not hold sound that is three times too short or that never ends", () => {
    const text = "I can see two people, one at eleven o'clock.";
    const { min, max } = durationBounds(text, 1);
    expect(3000 / 3).toBeLessThan(min);
    expect(15_000).toBeGreaterThan(max);
  });
});
