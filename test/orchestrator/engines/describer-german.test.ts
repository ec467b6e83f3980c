import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sighting } from "../../../orchestrator/turn/turn.ts";
import { askDescriber } from "./ask-describer.ts";
import { anySighting, box, kitchen, nothing, seen, twoAndDog } from "./sightings.ts";

const table = seen("clear", [box("dining table", 0.9, 640, 600), box("cup", 0.8, 1200, 100)]);
const KITCHEN =
  "links ein Kühlschrank; geradeaus wahrscheinlich ein Sofa und zwei Stühle; rechts ein Fernseher.";

describe("what is there", () => {
  it.each([
    "Was ist vor mir?",
    "Was siehst du?",
    "Beschreib mir die Umgebung.",
    "Was liegt da auf dem Tisch?",
    "Was steht vor mir?",
    "Schau noch mal.",
    "Siehst du etwas?",
    "Wie sieht der Raum aus?",
    "Und jetzt?",
    "",
  ])("names people by the clock and things by their side: %s", async (question) => {
    expect(await ask(twoAndDog, question)).toBe("Zwei Personen, auf elf und ein Uhr; rechts ein Hund.");
    expect(await ask(kitchen, question)).toBe(`L${KITCHEN.slice(1)}`);
    expect(await ask(nothing, question)).toBe("Ich erkenne nichts, was ich benennen kann.");
  });

  it("joins single things with und", async () => {
    const street = seen("clear", [box("car", 0.9, 100, 300), box("bicycle", 0.8, 1200, 200)]);
    expect(await ask(street, "Was siehst du?")).toBe("Links ein Auto und rechts ein Fahrrad.");
  });
});

describe("people", () => {
  it.each([
    "Ist da jemand?",
    "Wie viele Leute sind hier?",
    "Wie viele Personen siehst du?",
    "Bin ich allein?",
    "Wer steht vor der Tür?",
    "Wo ist der Mann?",
    "Siehst du Menschen?",
    "Ist niemand da?",
    "Ist hier irgendwer?",
  ])("are counted and placed: %s", async (question) => {
    expect(await ask(twoAndDog, question)).toBe("Zwei Personen, auf elf und ein Uhr.");
    expect(await ask(nothing, question)).toBe("Ich erkenne keine Personen, kann aber welche übersehen.");
    expect(await ask(kitchen, question)).toBe(
      `Ich erkenne keine Personen, kann aber welche übersehen. L${KITCHEN.slice(1)}`,
    );
  });

  it("are doubted when the score is low or the gate is in doubt", async () => {
    const doubtful = seen("unknown", [box("person", 0.18, 640, 300)], { reason: "uncertain" });
    expect(await ask(doubtful, "Ist da jemand?")).toBe("Möglicherweise eine Person, auf zwölf Uhr.");
    const before = seen("person", [], { reason: "person-moments-ago" });
    expect(await ask(before, "Ist da jemand?")).toBe("Gerade eben war noch eine Person im Bild.");
    const one = seen("person", [box("person", 0.9, 1200, 300)]);
    expect(await ask(one, "Ist da jemand?")).toBe("Eine Person, auf ein Uhr.");
  });
});

describe("things", () => {
  it.each([
    ["Wo ist das Sofa?", "Geradeaus wahrscheinlich ein Sofa."],
    ["Wo ist die Couch?", "Geradeaus wahrscheinlich ein Sofa."],
    ["Wo steht der Kühlschrank", "Links ein Kühlschrank."],
    ["Gibt es hier einen Fernseher?", "Ja, rechts ein Fernseher."],
    ["Gibt's im Zimmer einen Fernseher?", "Ja, rechts ein Fernseher."],
    ["Wie viele Stühle gibt es?", "Geradeaus zwei Stühle."],
    ["Wie viele Küchenstühle siehst du?", "Geradeaus zwei Stühle."],
    ["Finde einen Sitzplatz.", "Geradeaus wahrscheinlich ein Sofa und zwei Stühle."],
    ["Wo kann ich mich hinsetzen?", "Geradeaus wahrscheinlich ein Sofa und zwei Stühle."],
    ["Siehst du einen Bildschirm?", "Ja, rechts ein Fernseher."],
    ["Kannst du einen Stuhl sehen?", "Ja, geradeaus zwei Stühle."],
    ["Ist da ein Stuhl?", "Ja, geradeaus zwei Stühle."],
    ["Sind hier Stühle?", "Ja, geradeaus zwei Stühle."],
    ["Ist das ein Kühlschrank?", "Ja, links ein Kühlschrank."],
    ["Steht neben dem Sofa ein Stuhl?", "Ja, geradeaus zwei Stühle."],
  ])("are found under the names that people use: %s", async (question, answer) => {
    expect(await ask(kitchen, question)).toBe(answer);
  });

  it.each([
    ["Siehst du einen Hund?", "keinen Hund"],
    ["Gibt es hier ein Fahrrad?", "kein Fahrrad"],
    ["Wo ist meine Tasse?", "keine Tasse"],
    ["Wo sind meine Schlüssel und das Handy?", "kein Handy"],
    ["Siehst du einen Bären?", "keinen Bären"],
    ["Wo ist der Elefant?", "keinen Elefanten"],
    ["Wie viele Löffel liegen da?", "keine Löffel"],
    ["Wo ist der Löffel?", "keinen Löffel"],
    ["Wie viele Hunde siehst du?", "keine Hunde"],
    ["Siehst du den Küchentisch?", "keinen Küchentisch"],
    ["Ist irgendwo ein Hotdog?", "keinen Hotdog"],
    ["Wo ist das Obst?", "kein Obst"],
    ["Wo sind meine Skier?", "keine Skier"],
    ["Liegt auf dem Tisch eine Schere?", "keine Schere"],
    ["Siehst du Tiere?", "keine Tiere"],
    ["Sind auf dem Tisch Gläser?", "keine Gläser"],
    ["Habe ich eine Flasche vor mir?", "keine Flasche"],
    ["Liegt da noch ein Messer?", "kein Messer"],
  ])("may have been missed, in the right gender and case: %s", async (question, none) => {
    expect(await ask(nothing, question)).toBe(`Ich erkenne ${none}, kann aber etwas übersehen.`);
  });

  it("are not the places where they are looked for", async () => {
    expect(await ask(table, "Ist auf dem Tisch eine Tasse?")).toBe("Ja, rechts eine Tasse.");
    expect(await ask(table, "Liegt auf dem Tisch ein Handy?")).toMatch(/^Ich erkenne kein Handy/);
    expect(await ask(table, "Wo ist der Tisch?")).toBe("Geradeaus ein Tisch.");
  });
});

describe("what it cannot know", () => {
  it.each([
    "Welche Farbe hat das Sofa?",
    "Was steht auf dem Schild?",
    "Was steht da?",
    "Ist der Fernseher an?",
    "Lies das Etikett vor.",
    "Wie lange ist das haltbar?",
    "Wo sind meine Schlüssel?",
    "Wo bin ich?",
    "Was macht er?",
    "Ist die Milch noch gut genug zum Trinken, was ist das Datum?",
    "Wie viel kostet das?",
    "Wie viel Uhr ist es?",
    "Ist der Hund freundlich?",
    "Brennt der Herd?",
    "Ist die Ampel grün?",
    "Kommt ein Auto?",
    "Wie sieht er aus?",
    "Wie sehe ich aus?",
    "Welcher Knopf ist der richtige?",
    "Was trägt die Frau?",
    "Was für ein Hund ist das?",
    "Ist das rote Hemd hier?",
  ])("says so, and what it detects: %s", async (question) => {
    expect(await ask(kitchen, question)).toBe(`Ich kann nur benennen, was ich erkenne: ${KITCHEN}`);
    expect(await ask(nothing, question)).toBe(
      "Ich kann nur benennen, was ich erkenne, und das ist hier nichts.",
    );
  });

  it.each([
    "Ist es sicher, über die Straße zu gehen?",
    "Kann ich jetzt gehen?",
    "Kann ich hier rüber?",
    "Darf ich die Straße überqueren?",
    "Ist der Herd gefährlich?",
  ])("judges no danger: %s", async (question) => {
    expect(await ask(nothing, question)).toBe(
      "Gefahren kann ich nicht beurteilen, ich kann nur benennen, was ich erkenne, und das ist hier nichts.",
    );
  });
});

describe("pictures that do not serve", () => {
  it.each([
    ["too-dark", "Das Bild ist zu dunkel: bitte mehr Licht."],
    ["too-bright", "Das Bild ist zu hell: bitte vom Licht wegdrehen."],
    ["covered", "Die Linse scheint verdeckt zu sein: bitte freimachen."],
    ["blurred", "Das Bild ist verwackelt: bitte die Kamera ruhig halten."],
  ] as const)("names the trouble first: %s", async (hint, notice) => {
    const sighting = seen("unknown", [], { reason: "bad-quality", hint });
    expect(await ask(sighting, "Was ist vor mir?")).toBe(
      `${notice} Ich erkenne nichts, was ich benennen kann.`,
    );
  });

  it("is honest about a detector that is away, and about no picture", async () => {
    expect(await ask(seen("unknown", [], { reason: "gate-timeout" }), "Ist da jemand?")).toBe(
      "Dieses Bild kann ich mir nicht ansehen: Die Erkennung antwortet nicht.",
    );
    expect(await ask(undefined, "Was ist die Hauptstadt von Frankreich?")).toBe(
      "Das kann ich nicht beantworten: Ich kann nur benennen, was ich auf einem Bild erkenne.",
    );
  });
});

it.each(["fr", "", "tlh-x"])("speaks English in a language that is none of its own: %s", async (language) => {
  expect(await askDescriber(twoAndDog, "What's in front of me?", language)).toBe(
    "Two people, at eleven and one o'clock; a dog on the right.",
  );
});

it("says of any picture only German, and never safe or nobody", async () => {
  const question = fc.constantFrom("Was siehst du?", "Ist da jemand?", "Wo ist der Hund?", "Lies das", "");
  await fc.assert(
    fc.asyncProperty(anySighting(), question, async (sighting, asked) => {
      const answer = await ask(sighting, asked);
      expect(answer).toMatch(/^[A-ZÄÖÜ].*\.$/);
      expect(answer.match(/\.(?= |$)/g)?.length ?? 0).toBeLessThanOrEqual(3);
      expect(answer).not.toMatch(/\b(?:the|and|right|ahead|sicher|niemand\w*|undefined|NaN)\b/);
      if (sighting.verdict.value === "clear") expect(answer).not.toMatch(/\bPerson\b/);
    }),
    { numRuns: 300 },
  );
});

function ask(sighting: Sighting | undefined, question: string): Promise<string> {
  return askDescriber(sighting, question, "de-AT");
}
