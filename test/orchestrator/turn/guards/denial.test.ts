import { describe, expect, it } from "vitest";
import { asksForPeople, checkDenials } from "../../../../orchestrator/turn/guards/denial.ts";
import { collect } from "../../../standins/turn.ts";
import { checkWith, expectEveryCharacter, expectSameHoweverCut, lagsOf } from "./deny.ts";

const HEDGE = "I can't rule out people: the detector sees one person, at eleven o'clock.";

const run = checkWith(HEDGE);

const denials = [
  "Nobody.",
  "Nobody is here.",
  "No one.",
  "No-one is in the room.",
  "There is nobody in front of you.",
  "There's no one here.",
  "There are no people in the picture.",
  "There are no pedestrians.",
  "No passersby are visible.",
  "There is no person visible.",
  "There isn't anyone in the room.",
  "There aren't any people.",
  "There is not a soul.",
  "There doesn't seem to be anyone around.",
  "There are currently no visible people.",
  "I don't see any people.",
  "I do not see anyone.",
  "I can't see anybody.",
  "I cannot detect a person.",
  "I see no one.",
  "I see no people in the room.",
  "We can see nobody.",
  "The room is empty.",
  "The hallway appears to be empty.",
  "The street looks deserted.",
  "The whole place seems completely deserted.",
  "The image shows no people.",
  "The picture does not show any people.",
  "An empty room.",
  "A deserted street.",
  "The platform is unoccupied.",
  "Unoccupied.",
  "No humans are visible.",
  "No individuals.",
  "Zero people.",
  "0 people.",
  "Not a single person.",
  "Not a soul is here.",
  "Without people.",
  "The room is devoid of people.",
  "No sign of anyone.",
  "There are no signs of people.",
  "You are alone.",
  "People are not visible.",
  "No one can be seen.",
  "Nobody is standing there.",
  'The sign says "stop." Nobody is here.',
];

const affirmations = [
  "A chair, one o'clock, near.",
  "Two people, at eleven and one o'clock.",
  "There is a man at the table.",
  "There is a table and there is no lamp.",
  "I don't see any chairs.",
  "I see no steps ahead of you.",
  "No pedestrian crossing is near.",
  "The box is empty.",
  "The seat next to you is empty.",
  "The chair is unoccupied.",
  "Nobody else is there.",
  "No other people.",
  "There is no one besides you and the waiter.",
  "I don't see anyone except a man at the door.",
  "I can't tell whether anyone is there.",
  "No, the stove is off.",
  "No one-way street.",
  "Notice: no dogs.",
  "The road is clear of cars.",
  "One person, no two people: at eleven o'clock.",
  "A man sits at the table. Nobody is standing.",
  "Someone is at the door; no one is at the window.",
  "The label says: no person under 18.",
  "The sign reads “No people beyond this point”.",
  "An empty glass without a straw.",
  "Nobody knows what this button does.",
  "No one can tell from a picture whether it is safe.",
  "No one is smiling; the faces look serious.",
  "I don't see anyone wearing a mask.",
  "No one under 18 may enter.",
  'A sign: "nobody is here".',
  "A sign: ‘nobody is here’.",
  "A sign with the words «no people allowed» hangs there.",
  "I see nothing on the floor.",
];

describe("with a person that the detector is certain of", () => {
  it.each(denials)("hedges: %s", async (text) => {
    const { answer, contradictions } = await run(text);
    expect(answer).toContain("I can't rule out people");
    expect(contradictions).toBe(1);
  });

  it.each(affirmations)("passes: %s", async (text) => {
    expect(await run(text)).toEqual({ answer: text, contradictions: 0 });
  });

  it("replaces the clause and keeps its stop and the rest of the answer", async () => {
    const kept = HEDGE.slice(0, -1);
    const cases = {
      "There is nobody in the room, but the lamp is on.": `${kept}, but the lamp is on.`,
      "A quiet street without people. A car at one o'clock.": `A quiet street, but ${kept}. A car at one o'clock.`,
      "The street is quiet and nobody is around": `The street is quiet, but ${kept}.`,
      "On the left a lamp, no people.": `On the left a lamp, but ${kept}.`,
      "Hello! Nobody is here!": `Hello! ${kept}!`,
    };
    for (const [text, expected] of Object.entries(cases)) {
      expect((await run(text)).answer).toBe(expected);
    }
  });

  it("drops the rest of a list of what is not there", async () => {
    expect((await run("There are no people, cars or animals. A bench ahead.")).answer).toBe(
      `${HEDGE} A bench ahead.`,
    );
  });

  it("says it once, and is short about it in a later sentence", async () => {
    const { answer, contradictions } = await run("The room is empty. I see no one. A door ahead.");
    expect(answer).toBe(`${HEDGE} I may be wrong about people. A door ahead.`);
    expect(contradictions).toBe(1);
  });

  it("takes a bare no for a denial when the question asked for people", async () => {
    expect((await run("No.", { peopleAsked: true })).answer).toBe(HEDGE);
    expect((await run("None", { peopleAsked: true })).answer).toBe(HEDGE);
    expect((await run("No, I don't see anyone. A door ahead.", { peopleAsked: true })).answer).toBe(
      `${HEDGE} A door ahead.`,
    );
    expect((await run("No.")).answer).toBe("No.");
  });
});

describe("streaming", () => {
  it("changes nothing and asks nothing without a certain person", async () => {
    expect(await run(denials.join(" "), { persons: 0 })).toEqual({
      answer: denials.join(" "),
      contradictions: 0,
    });
  });

  it("gives the same answer however the tokens are cut", async () => {
    await expectSameHoweverCut(run, [...denials, ...affirmations]);
  });

  it("neither loses nor doubles a character of an answer that denies nobody", async () => {
    const words = "a there is no the room an empty I don't see and with cup , . — don’ t n u 2.5 é";
    await expectEveryCharacter(run, words);
  });

  it("holds a token back only while a denial may be under way", async () => {
    const tokens = "I| see| a| table|,| two| chairs| and| a| window|.| The| door| is| open|.".split("|");
    const { tokens: delays } = await lagsOf(tokens, HEDGE);
    expect(Math.max(...delays)).toBeLessThanOrEqual(3);
    expect(delays.filter((delay) => delay === 0).length).toBeGreaterThan(tokens.length / 3);
  });

  it("passes a clause on that never ends", async () => {
    const { answer } = await run(`There is nobody ${"very ".repeat(100)}near`);
    expect(answer.startsWith(HEDGE.slice(0, -1))).toBe(true);
    expect(answer.endsWith("near.")).toBe(true);
  });
});

describe("stopping", () => {
  it.each([0, 1])("closes its source when the consumer returns early (persons: %i)", async (persons) => {
    let closed = false;
    async function* endless(): AsyncGenerator<string> {
      try {
        for (;;) yield "A chair. ";
      } finally {
        closed = true;
      }
    }
    const stream = checkDenials(endless(), { persons, hedge: HEDGE, onContradiction() {} });
    expect((await stream.next()).value).toContain("chair");
    await stream.return(undefined);
    expect(closed).toBe(true);
  });

  it("passes the source's error on", async () => {
    async function* failing(): AsyncGenerator<string> {
      yield "A chair, ";
      throw new Error("gone");
    }
    const stream = checkDenials(failing(), { persons: 1, hedge: HEDGE, onContradiction() {} });
    await expect(collect(stream)).rejects.toThrow("gone");
  });
});

it("knows a question that asks for people", () => {
  for (const text of ["Is anyone there?", "How many people?", "Am I alone?", "Is somebody at the door?"]) {
    expect(asksForPeople(text)).toBe(true);
  }
  for (const text of ["Is the stove on?", "What colour is it?", "Read the label."]) {
    expect(asksForPeople(text)).toBe(false);
  }
});
