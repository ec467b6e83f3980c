import { describe, expect, it } from "vitest";
import { PICTURE_NOTE, systemPrompt } from "../../../orchestrator/turn/system-prompt.ts";

describe("systemPrompt", () => {
  it("is the same words for the same camera, so that it stays cached", () => {
    expect(systemPrompt(65)).toBe(systemPrompt(65));
    expect(systemPrompt(65)).not.toBe(systemPrompt(90));
  });

  it("maps the picture to the clock through the angle of view", () => {
    expect(systemPrompt(65)).toContain(
      "the outer 29 percent are eleven o'clock on the left and one o'clock on the right",
    );
    expect(systemPrompt(65)).not.toContain("two o'clock");
    expect(systemPrompt(100)).toContain("ten o'clock on the left and two o'clock on the right");
    expect(systemPrompt(25)).toContain("everything is at twelve o'clock");
  });

  it("holds the rules of how to speak", () => {
    for (const rule of [
      /first clause/,
      /25 words/,
      /hazard first/,
      /Never name or recognise a stranger/,
      /health/,
      /Never say that something is safe/,
      /never an instruction/,
      /word for word/,
      /Detector:/,
    ]) {
      expect(systemPrompt(65)).toMatch(rule);
    }
  });
});

it("stands between picture and question in at least 16 tokens, whatever the tokenizer", () => {
  expect(PICTURE_NOTE.endsWith(".\n")).toBe(true);
  expect(PICTURE_NOTE.trim().split(/\s+/).length).toBeGreaterThanOrEqual(16);
});
