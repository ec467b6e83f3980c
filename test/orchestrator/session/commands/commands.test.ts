import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isStop,
  localCommand,
  type SpokenCommand,
} from "../../../../orchestrator/session/commands/commands.ts";
import { ownQuestions } from "../../turn/question-lists.ts";

const LABELS = ["stop", "hang-up", "repeat", "shorter", "more", "longer answers", "spell", "ledger"] as const;

/** What stands in the table for a command. */
function labelOf(command: SpokenCommand | undefined): string {
  if (command === undefined) return "none";
  if (command.command === "just-text") return `text ${command.on ? "on" : "off"}`;
  if (command.command === "slower" || command.command === "faster") {
    return command.again ? `${command.command} again` : command.command;
  }
  if (command.command === "more" && command.standing) return "longer answers";
  return command.command;
}

const phrases = readFileSync(new URL("../../../fixtures/commands.csv", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .slice(1)
  .map((row) => /^(\w+),([^,]+),"?(.*?)"?$/.exec(row)!)
  .map(([, language, label, text]) => ({ language: language!, label: label!, text: text! }));

const commands = phrases.filter(({ label }) => label !== "none");

describe.each(["en", "de", "fr"])("local commands in %s", (language) => {
  const own = phrases.filter((phrase) => phrase.language === language);

  it.each(own)("$text → $label", ({ text, label }) => {
    expect(labelOf(localCommand(text, language))).toBe(label);
  });
});

it("the table is large, in both languages", () => {
  for (const language of ["en", "de"]) {
    const own = phrases.filter((phrase) => phrase.language === language);
    expect(own.length).toBeGreaterThanOrEqual(150);
    expect(new Set(own.map(({ label }) => label))).toEqual(
      new Set([...LABELS, "slower", "slower again", "faster", "text on", "text off", "none"]),
    );
  }
});

describe("courtesy and noise around a command change nothing", () => {
  const polite: Readonly<Record<string, readonly string[]>> = {
    en: ["please", "okay", "um", "Sightline", "now", "thanks"],
    de: ["bitte", "okay", "äh", "Sightline", "danke"],
  };

  it.each(["en", "de"])("in %s", (language) => {
    const own = commands.filter((phrase) => phrase.language === language && !/[?]/.test(phrase.text));
    fc.assert(
      fc.property(
        fc.constantFrom(...own),
        fc.constantFrom(...polite[language]!),
        fc.constantFrom(" ", ", ", "… "),
        fc.constantFrom("", ".", "!", "?", " …"),
        fc.boolean(),
        ({ text, label }, word, gap, end, shout) => {
          const said = `${word}${gap}${text.replace(/[.!]$/, "")}${end}`;
          expect(labelOf(localCommand(shout ? said.toUpperCase() : said, language))).toBe(label);
        },
      ),
      { numRuns: 500 },
    );
  });
});

it("a command in a longer utterance is a question", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...commands),
      fc.constantFrom("zebra", "kitchen table", "vor mir", "banana"),
      fc.boolean(),
      ({ language, text }, thing, behind) => {
        expect(localCommand(behind ? `${text} ${thing}` : `${thing} ${text}`, language)).toBeUndefined();
      },
    ),
  );
});

describe("our own questions", () => {
  const eaten = ownQuestions().filter(({ question }) => localCommand(question, "en"));

  it("about what is seen are never taken for a command, but for going on", () => {
    const seeing = eaten.filter(({ needed }) => needed);
    expect(new Set(seeing.map(({ question }) => labelOf(localCommand(question, "en"))))).toEqual(
      new Set(["more"]),
    );
    expect(seeing.every(({ kind }) => kind.startsWith("follow-up"))).toBe(true);
  });

  it("without a picture are commands only where they are about the assistant's speech", () => {
    const kinds = new Set(eaten.filter(({ needed }) => !needed).map(({ kind }) => kind));
    expect(
      [...kinds].filter((kind) => ["knowledge", "general-knowledge", "tool", "maths"].includes(kind)),
    ).toEqual([]);
    expect(eaten.length).toBeGreaterThan(50);
  });

  it("are never taken for a German command, but for words of both languages", () => {
    const german = ownQuestions().filter(({ question }) => localCommand(question, "de"));
    expect(new Set(german.map(({ question }) => question))).toEqual(new Set(["Pause.", "ok stop"]));
  });
});

describe("isStop", () => {
  it.each(commands.filter(({ label }) => label === "stop"))("$text", ({ language, text }) => {
    expect(isStop(text, language)).toBe(true);
  });

  it.each(phrases.filter(({ label, language }) => label !== "stop" && language !== "fr"))(
    "not: $text",
    ({ language, text }) => {
      expect(isStop(text, language)).toBe(false);
    },
  );
});

it("any text is answered at once, however long it is", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400, unit: "grapheme" }), (text) => {
      expect(() => localCommand(text, "de")).not.toThrow();
    }),
  );
  const long = "please stop ".repeat(20_000);
  const began = performance.now();
  expect(localCommand(long, "en")).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(500);
});
