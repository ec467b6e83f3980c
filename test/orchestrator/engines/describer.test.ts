import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COCO_NAMES } from "../../../orchestrator/turn/coco.ts";
import type { EngineEvent } from "../../../orchestrator/turn/ports.ts";
import { collect } from "../../standins/turn.ts";
import { askDescriber as ask, describer, promptOf } from "./ask-describer.ts";
import { contextOf } from "./engine-fixture.ts";
import { anySighting, box, kitchen, nothing, seen, twoAndDog } from "./sightings.ts";

describe("what is there", () => {
  it("names people by the clock and things by their side", async () => {
    expect(await ask(twoAndDog, "What's in front of me?")).toBe(
      "Two people, at eleven and one o'clock; a dog on the right.",
    );
    expect(await ask(kitchen, "Describe what you see.")).toBe(
      "A refrigerator on the left; probably a couch and two chairs ahead; a TV on the right.",
    );
  });

  it("says so when it detects nothing", async () => {
    expect(await ask(nothing, "What's in front of me?")).toBe("I detect nothing I can name.");
  });

  it("keeps to a few groups in a full picture", async () => {
    const many = seen(
      "clear",
      COCO_NAMES.slice(1, 40).map((label, index) => box(label, 0.9, index * 30, 100)),
    );
    expect((await ask(many, "What do you see?")).split(" ").length).toBeLessThan(30);
  });
});

describe("people", () => {
  it("counts and places them", async () => {
    for (const question of [
      "Is anyone there?",
      "How many people are here?",
      "Am I alone?",
      "Who's at the door?",
    ]) {
      expect(await ask(twoAndDog, question)).toBe("Two people, at eleven and one o'clock.");
    }
  });

  it("claims no certainty of absence", async () => {
    expect(await ask(nothing, "Is anyone there?")).toBe("I detect no people, but I can miss some.");
    expect(await ask(kitchen, "How many people are here?")).toMatch(
      /^I detect no people, but I can miss some\. I detect/,
    );
  });

  it("says possibly when the score is low or the gate is in doubt", async () => {
    const doubtful = seen("unknown", [box("person", 0.18, 640, 300)], { reason: "uncertain" });
    expect(await ask(doubtful, "Is anyone there?")).toBe("Possibly a person, at twelve o'clock.");
    const before = seen("person", [], { reason: "person-moments-ago" });
    expect(await ask(before, "Is anyone there?")).toBe("A person was in view a moment ago.");
  });
});

describe("things", () => {
  it("are found under the names that people use", async () => {
    const cases = {
      "Where is the sofa?": "Probably a couch ahead.",
      "Where's the fridge": "A refrigerator on the left.",
      "Is there a TV in the room?": "Yes, a TV on the right.",
      "How many chairs are there?": "Two chairs ahead.",
      "Where can I find a seat?": "Probably a couch and two chairs ahead.",
      "Do you see a television?": "Yes, a TV on the right.",
    };
    for (const [question, answer] of Object.entries(cases)) expect(await ask(kitchen, question)).toBe(answer);
  });

  it("may have been missed", async () => {
    expect(await ask(nothing, "Is there a bike?")).toBe("I detect no bike, but I can miss things.");
    expect(await ask(kitchen, "Where's my phone?")).toMatch(
      /^I detect no phone, but I can miss things\. I detect /,
    );
  });

  it("are not the parts of longer names", async () => {
    const food = seen("clear", [box("hot dog", 0.9, 640, 200)]);
    expect(await ask(food, "Is there a dog?")).toMatch(/^I detect no dog/);
    expect(await ask(food, "Is there a hot dog?")).toBe("Yes, a hot dog ahead.");
  });
});

describe("what it cannot know", () => {
  it.each([
    "What colour is the couch?",
    "What does the sign say?",
    "Is the TV on?",
    "Read the label.",
    "What's the expiry date?",
    "Where are my keys?",
    "What is he doing?",
    "Is the milk still good?",
    "How much is this bill?",
    "Is that dog friendly?",
    "Does the cake look done?",
  ])("says so, and what it detects: %s", async (question) => {
    expect(await ask(kitchen, question)).toMatch(
      /^I can only name what I detect: a refrigerator on the left/,
    );
    expect(await ask(nothing, question)).toBe("I can only name what I detect, and here that is nothing.");
  });

  it("never says that something is safe", async () => {
    for (const question of ["Is it safe to cross?", "Can I cross now?", "Is the stove dangerous?"]) {
      expect(await ask(nothing, question)).toMatch(/^I can't judge safety, I can only name what I detect/);
    }
  });
});

describe("pictures that do not serve", () => {
  it.each(["too-dark", "too-bright", "covered", "blurred"] as const)(
    "names the trouble first: %s",
    async (hint) => {
      const answer = await ask(
        seen("unknown", [], { reason: "bad-quality", hint }),
        "What's in front of me?",
      );
      expect(answer).toMatch(/^The (?:picture|lens) .*: .*\. I detect nothing I can name\.$/);
    },
  );

  it.each(["gate-unready", "gate-timeout", "gate-unreachable", "gate-garbage"] as const)(
    "is honest about a detector that is away: %s",
    async (reason) => {
      expect(await ask(seen("unknown", [], { reason }), "Is anyone there?")).toBe(
        "I can't look at this picture: the detector is not answering.",
      );
    },
  );

  it("says what it needs when there is no picture", async () => {
    expect(await ask(undefined, "What's the capital of France?")).toBe(
      "I can't answer that: I can only name what I detect in a picture.",
    );
  });
});

describe("as an engine", () => {
  it("is always there, streams text and ends with one finish", async () => {
    expect(describer.available()).toBe(true);
    const events = await collect(describer.answer(promptOf(twoAndDog, "Describe it."), contextOf()));
    expect(events.length).toBeGreaterThan(2);
    expect(events.at(-1)).toEqual({
      type: "finish",
      reason: "stop",
      usage: { promptTokens: null, cachedTokens: null, completionTokens: null },
    });
    expect(events.filter((event) => event.type === "finish")).toHaveLength(1);
  });

  it("stops at once when the turn does", async () => {
    const controller = new AbortController();
    const events: EngineEvent[] = [];
    const reading = (async () => {
      for await (const event of describer.answer(
        promptOf(twoAndDog, "Describe it."),
        contextOf(controller.signal),
      )) {
        events.push(event);
        controller.abort(new Error("barge-in"));
      }
    })();
    await expect(reading).rejects.toThrow("barge-in");
    expect(events).toHaveLength(1);
  });

  it("says of any picture at most two short sentences, and never safe or nobody", async () => {
    await fc.assert(
      fc.asyncProperty(anySighting(), fc.constantFrom(...QUESTIONS), async (sighting, question) => {
        const answer = await ask(sighting, question);
        expect(answer).toMatch(/^[A-Z].*\.$/);
        expect(answer.match(/\.(?= |$)/g)?.length ?? 0).toBeLessThanOrEqual(3);
        expect(answer).not.toMatch(/\bsafe\b|nobody|no one|there are no|undefined|NaN\b/);
        if (sighting.verdict.value === "clear") expect(answer).not.toMatch(/\bperson\b/);
      }),
      { numRuns: 400 },
    );
  });
});

const QUESTIONS = [
  "What's in front of me?",
  "Is anyone there?",
  "Where's the dog?",
  "Is it safe to cross?",
  "How many cups are there?",
  "Read the sign",
  "",
];
