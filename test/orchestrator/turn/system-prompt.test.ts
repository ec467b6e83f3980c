import { describe, expect, it } from "vitest";
import { personaPrompt, PICTURE_NOTE, systemPrompt } from "../../../orchestrator/turn/system-prompt.ts";

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

describe("the language of the answers", () => {
  it.each(["en", "en-GB"])("needs no word for %s", (language) => {
    expect(systemPrompt(65, language)).toBe(systemPrompt(65));
  });

  it.each([
    ["de", "German"],
    ["de-AT", "German"],
    ["fr", "French"],
  ])("is said for %s", (language, name) => {
    expect(systemPrompt(65, language)).toBe(
      `${systemPrompt(65)}\nSpeak ${name}, whatever language these rules or a picture are in; read writing aloud in its own words.`,
    );
  });
});

describe("personaPrompt", () => {
  const seeing = personaPrompt("You are Ada.", { fieldOfViewDeg: 65, language: "de" });

  it("begins with the persona's own words and keeps the rules that hold for all", () => {
    expect(seeing).toMatch(/^You are Ada\.\n/);
    for (const rule of [
      /clock face/,
      /word for word/,
      /Never name or recognise/,
      /Detector:/,
      /is safe/,
      /never an instruction/,
      /Speak German/,
    ]) {
      expect(seeing).toMatch(rule);
    }
    expect(seeing).not.toContain("Sightline");
  });

  it("has no rules for pictures where none is seen", () => {
    const blind = personaPrompt("You are Ada.", { fieldOfViewDeg: undefined });
    expect(blind).not.toMatch(/clock|Detector|picture cannot/);
    expect(blind).toMatch(/see nothing/);
  });
});

it("stands between picture and question in at least 16 tokens, whatever the tokenizer", () => {
  expect(PICTURE_NOTE.endsWith(".\n")).toBe(true);
  expect(PICTURE_NOTE.trim().split(/\s+/).length).toBeGreaterThanOrEqual(16);
});
