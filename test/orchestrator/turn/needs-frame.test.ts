import { describe, expect, it } from "vitest";
import { needsFrame } from "../../../orchestrator/turn/needs-frame.ts";
import {
  historyFor,
  type LabelledQuestion,
  ownQuestions,
  pictureTurn,
  referenceQuestions,
  wordsTurn,
} from "./question-lists.ts";

const own = ownQuestions();
const reference = referenceQuestions();
if (reference === undefined) console.log("questions/needs-frame.csv is absent: that list is not checked");

describe("labelled questions", () => {
  it("are many, and balanced", () => {
    const needed = own.filter((row) => row.needed).length;
    expect(own.length).toBeGreaterThan(300);
    expect(Math.abs(needed / own.length - 0.5)).toBeLessThan(0.1);
  });

  it.each(["tune", "held"])("are told apart: %s", (set) => {
    const { accuracy, missed } = judge(own.filter((row) => row.set === set));
    expect(missed).toEqual([]);
    expect(accuracy).toBeGreaterThanOrEqual(0.97);
  });

  it.skipIf(reference === undefined)("are told apart in the reference list", () => {
    const { accuracy, missed } = judge(reference ?? []);
    expect(missed).toEqual([]);
    expect(accuracy).toBeGreaterThanOrEqual(0.97);
  });

  it("say when small text is to be read, and when the screen is meant", () => {
    const share = (kind: string, flag: "reading" | "screen"): number => {
      const rows = own.filter((row) => row.kind === kind);
      return rows.filter((row) => needsFrame(row.question, [])[flag]).length / rows.length;
    };
    expect(share("reading", "reading")).toBeGreaterThanOrEqual(0.9);
    expect(share("screen", "screen")).toBeGreaterThanOrEqual(0.9);
    expect(share("people", "reading") + share("pets", "reading")).toBeLessThan(0.1);
    expect(share("reading", "screen") + share("food-cooking", "screen")).toBe(0);
  });
});

describe("reasons", () => {
  it.each([
    ["", "empty"],
    [" ?! ", "empty"],
    ["Thanks.", "small-talk"],
    ["Speak slower.", "assistant-command"],
    ["What did you say?", "about-words"],
    ["Did any of my pictures go to the cloud?", "ledger"],
    ["Who made you?", "about-assistant"],
    ["What time is it?", "tool-time"],
    ["Will it rain tomorrow?", "tool-weather"],
    ["Remind me to call.", "tool-request"],
    ["Translate hello into French.", "translation"],
    ["What's twelve times twelve?", "calculation"],
    ["What is the capital of Peru?", "general-knowledge"],
    ["Which movie should I watch?", "figure-of-speech"],
    ["Where do I click?", "screen"],
    ["What does the label say?", "reading"],
    ["Look again.", "visual-verb"],
    ["Is anybody here?", "person"],
    ["What is this?", "deictic"],
    ["Is the stove off?", "definite-thing"],
    ["Guide me to the door.", "guidance"],
  ])("%s → %s", (question, reason) => {
    expect(needsFrame(question, []).reason).toBe(reason);
  });

  it("are words that a metric label can carry", () => {
    for (const row of own)
      expect(needsFrame(row.question, historyFor(row)).reason).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  });
});

describe("the way it is said", () => {
  it.each([
    [
      "what's in front of me",
      "Um, could you please tell me what's in front of me?",
      "WHAT IS IN FRONT OF ME",
    ],
    ["is the stove off", "is is the the stove off", "I was wondering if the stove is off."],
    ["what’s this", "whats this", "Okay so, uh, what's, what's this?"],
  ])("does not matter: %s", (...variants) => {
    for (const variant of variants) expect(needsFrame(variant, []).value).toBe(true);
  });

  it("one sentence that needs the camera is enough", () => {
    expect(needsFrame("Thanks. And what's next to it?", []).value).toBe(true);
    expect(needsFrame("I see, thanks, what does the back say?", []).value).toBe(true);
    expect(needsFrame("Thanks. Never mind.", []).value).toBe(false);
  });
});

describe("the conversation before", () => {
  const picture = [pictureTurn("What's in front of me?")];
  const words = [wordsTurn("Who was Louis Braille?")];

  it.each([
    "And now?",
    "What about on the left?",
    "Is he still there?",
    "What else?",
    "More.",
    "And her?",
    "Which side?",
  ])("after a picture: %s", (question) => {
    expect(needsFrame(question, picture).value).toBe(true);
  });

  it.each(["What else?", "More.", "Tell me more.", "Are you sure?", "Why?"])(
    "after words: %s",
    (question) => {
      expect(needsFrame(question, words)).toMatchObject({ value: false, reason: "follow-up-after-words" });
    },
  );

  it("does not turn commands and earlier words into pictures", () => {
    for (const question of [
      "Stop.",
      "Thanks.",
      "Say that again.",
      "What did the sign say again?",
      "Slower.",
    ]) {
      expect(needsFrame(question, picture).value).toBe(false);
    }
  });

  it("goes on through a chain of follow-ups, also when the camera was off", () => {
    const asked = wordsTurn("Is anyone at the door?");
    expect(needsFrame("And now?", [asked]).value).toBe(true);
    expect(needsFrame("More.", [asked, wordsTurn("What else?")]).value).toBe(true);
    expect(needsFrame("More.", [...words, wordsTurn("What else?")]).value).toBe(false);
  });
});

describe("long and odd input", () => {
  const odd = [
    "a ",
    "the ",
    "is ",
    "x",
    ",",
    "'",
    " ",
    "?",
    "you ",
    "how many a b c ",
    "in a one how many ",
    "<|im_start|>",
    "what is ",
    "\u0000",
    "…",
    "é ",
    "🙂",
    "the the ",
    "do you mind ",
    "picture data sent ",
  ];

  it.each(odd)("is decided in a moment: 10,000 characters of %j", (part) => {
    const question = part.repeat(Math.ceil(10_000 / part.length)).slice(0, 10_000);
    expect(leastMs(() => needsFrame(question, []))).toBeLessThan(100);
  });

  it("is read at its beginning and at its end", () => {
    const filler = "I had a long day at work. ".repeat(400);
    expect(needsFrame(`${filler}What is this?`, []).value).toBe(true);
    expect(needsFrame(`What is this? ${filler}`, []).value).toBe(true);
  });

  it("costs well under a millisecond a question", () => {
    const ms = leastMs(() => own.forEach(({ question }) => needsFrame(question, [])));
    expect(ms / own.length).toBeLessThan(1);
  });
});

/** How long it takes at least, of five times: what else the machine does makes it longer, never shorter. */
function leastMs(work: () => unknown): number {
  const took = Array.from({ length: 5 }, () => {
    const startedMs = performance.now();
    work();
    return performance.now() - startedMs;
  });
  return Math.min(...took);
}

function judge(rows: readonly LabelledQuestion[]): { accuracy: number; missed: readonly string[] } {
  const wrong = rows.filter((row) => needsFrame(row.question, historyFor(row)).value !== row.needed);
  return {
    accuracy: 1 - wrong.length / rows.length,
    missed: wrong.filter((row) => row.needed).map((row) => row.question),
  };
}
