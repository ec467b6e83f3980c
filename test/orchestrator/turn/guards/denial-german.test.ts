import { describe, expect, it } from "vitest";
import { asksForPeople } from "../../../../orchestrator/turn/guards/denial.ts";
import { checkWith, expectEveryCharacter, expectSameHoweverCut, lagsOf } from "./deny.ts";

const KEPT = "Menschen kann ich nicht ausschließen: Die Erkennung sieht eine Person, auf elf Uhr";
const HEDGE = `${KEPT}.`;

const run = checkWith(HEDGE, "de");

const denials = [
  "Niemand.",
  "Niemand ist da.",
  "Niemand ist im Raum.",
  "Ich sehe niemanden.",
  "Ich sehe hier niemanden.",
  "Ich sehe niemand.",
  "Ich kann niemanden erkennen.",
  "Ich kann auf dem Bild niemanden sehen.",
  "Ich kann auf dem Bild leider keine Personen erkennen.",
  "Ich habe niemanden entdeckt.",
  "Hier sehe ich niemanden.",
  "Im Raum kann ich keine Menschen erkennen.",
  "Man sieht niemanden.",
  "Keine Personen.",
  "Keine Menschen.",
  "Keine Leute da.",
  "Kein Mensch ist zu sehen.",
  "Keine einzige Person.",
  "Keine Menschenseele.",
  "Null Personen.",
  "0 Personen.",
  "Es ist niemand da.",
  "Es ist niemand mehr da.",
  "Da ist niemand.",
  "Hier ist keiner da.",
  "Keiner da.",
  "Keiner ist im Raum.",
  "Es sind keine Personen zu sehen.",
  "Es sind derzeit keine sichtbaren Personen im Bild.",
  "Es gibt keine Menschen.",
  "Es gibt hier niemanden.",
  "Es befindet sich niemand im Raum.",
  "Im Raum befinden sich keine Personen.",
  "Vor dir steht niemand.",
  "Vor dir ist niemand.",
  "In der Nähe ist niemand.",
  "Das Bild zeigt keine Personen.",
  "Auf dem Bild sind keine Personen zu sehen.",
  "Zu sehen ist niemand.",
  "Es scheint niemand da zu sein.",
  "Der Raum ist leer.",
  "Der Raum scheint völlig leer zu sein.",
  "Die Straße ist menschenleer.",
  "Die ganze Straße wirkt verlassen.",
  "Ein leerer Raum.",
  "Eine leere Straße.",
  "Eine menschenleere Straße.",
  "Ich sehe einen leeren Raum.",
  "Ich sehe nur ein leeres Zimmer.",
  "Ohne Menschen.",
  "Du bist allein.",
  "Du bist hier ganz allein.",
  "Personen sind nicht zu sehen.",
  "Menschen sehe ich keine.",
  "Personen gibt es hier nicht.",
  "Keine Spur von Menschen.",
  "Kein Fußgänger ist auf dem Gehweg.",
  "Ich sehe niemanden, der dort steht.",
  'Auf dem Schild steht "Halt". Niemand ist hier.',
  "Ein Tisch und zwei Stühle, niemand da.",
  "Die Tür hat einen Griff und niemand ist da.",
  "Ich sehe weder Personen noch Tiere.",
];

const english = ["Nobody is here.", "I don't see anyone.", "The room is empty."];

const affirmations = [
  "Ein Stuhl, auf ein Uhr, nah.",
  "Zwei Personen, auf elf und ein Uhr.",
  "Da ist ein Mann am Tisch.",
  "Ich sehe keine Stühle.",
  "Keine Personenzüge.",
  "Hier fahren keine Personenzüge.",
  "Keine Menschenmenge.",
  "Hier steht keine Personenwaage.",
  "Niemand hat das Schild gelesen.",
  "Niemand weiß, was dieser Knopf tut.",
  "Das weiß niemand.",
  "Das kann niemand sagen.",
  "Niemand kann das auf einem Bild erkennen.",
  "Niemand darf hier parken.",
  "Hier darf niemand parken.",
  "Niemand lächelt.",
  "Niemand trägt eine Maske.",
  "Ich sehe niemanden, der eine Maske trägt.",
  "Ich sehe keine Personen, die den Weg blockieren.",
  "Ich kann niemanden identifizieren.",
  "Ich kenne niemanden auf dem Bild.",
  "Ich erkenne niemanden wieder.",
  "Niemand sonst ist da.",
  "Sonst ist niemand da.",
  "Außer dir ist niemand im Raum.",
  "Keine weiteren Personen.",
  "Keine anderen Personen.",
  "Es ist niemand außer dir und dem Kellner da.",
  "Es ist niemand da, außer einem Mann an der Tür.",
  "Keine Personen unter 18 Jahren.",
  "Keine Personen zugelassen.",
  "Auf dem Schild steht: keine Personen.",
  "Auf dem Schild steht keine Personen befördern.",
  "Die Aufschrift lautet: Niemand betritt den Hof.",
  "Auf dem Zettel: „Niemand ist hier“.",
  "Ein Schild mit den Worten »keine Personen« hängt dort.",
  "Der Platz neben dir ist leer.",
  "Der Stuhl ist leer.",
  "Die Flasche ist leer.",
  "Ein leeres Glas.",
  "Der Weg ist frei.",
  "Keiner der Stühle ist frei.",
  "Keiner ist offen.",
  "Wenn niemand da ist, geht das Licht aus.",
  "Ich weiß nicht, ob niemand da ist.",
  "Nein, der Herd ist aus.",
  "Ein Mann sitzt am Tisch. Niemand steht.",
  "Jemand ist an der Tür; am Fenster ist niemand.",
  "Der Raum ist nicht leer.",
  "Die Personen sind nicht scharf.",
  "Menschen kann ich nicht ausschließen.",
  "Ich sehe nichts auf dem Boden.",
];

describe("with a person that the detector is certain of", () => {
  it.each([...denials, ...english])("hedges: %s", async (text) => {
    const { answer, contradictions } = await run(text);
    expect(answer).toContain("Menschen kann ich nicht ausschließen");
    expect(contradictions).toBe(1);
  });

  it.each(affirmations)("passes: %s", async (text) => {
    expect(await run(text)).toEqual({ answer: text, contradictions: 0 });
  });

  it.each([
    ["Da ist niemand im Zimmer, aber die Lampe ist an.", `${KEPT}, aber die Lampe ist an.`],
    [
      "Eine ruhige Straße ohne Menschen. Ein Auto links.",
      `Eine ruhige Straße, aber ${KEPT}. Ein Auto links.`,
    ],
    ["Links eine Lampe, keine Personen.", `Links eine Lampe, aber ${KEPT}.`],
    ["Die Straße ist ruhig und niemand ist da", `Die Straße ist ruhig, aber ${KEPT}.`],
    ["Hallo! Niemand ist da!", `Hallo! ${KEPT}!`],
    ["Keine Personen, Autos oder Tiere. Geradeaus eine Bank.", `${HEDGE} Geradeaus eine Bank.`],
    ["Niemand zu sehen, der Weg ist frei.", `${KEPT}, der Weg ist frei.`],
    ["Keine Personen, die Tür ist offen.", `${KEPT}, die Tür ist offen.`],
    ["Ich sehe niemanden, der dort steht. Eine Tür.", `${HEDGE} Eine Tür.`],
    ["Nobody is here, but the lamp is on.", `${KEPT}, but the lamp is on.`],
    ["Niemand da. I see no one. Eine Tür.", `${HEDGE} Menschen könnte ich übersehen haben. Eine Tür.`],
    [
      "Der Raum ist leer. Ich sehe niemanden. Eine Tür.",
      `${HEDGE} Menschen könnte ich übersehen haben. Eine Tür.`,
    ],
  ])("replaces the clause and keeps the rest: %s", async (text, expected) => {
    expect(await run(text)).toEqual({ answer: expected, contradictions: 1 });
  });

  it("takes a bare nein for a denial when the question asked for people", async () => {
    expect((await run("Nein.", { peopleAsked: true })).answer).toBe(HEDGE);
    expect((await run("Keine", { peopleAsked: true })).answer).toBe(HEDGE);
    expect((await run("Nein, ich sehe niemanden. Eine Tür.", { peopleAsked: true })).answer).toBe(
      `${HEDGE} Eine Tür.`,
    );
    expect((await run("Nein.")).answer).toBe("Nein.");
  });
});

describe("streaming", () => {
  it("gives the same answer however the tokens are cut", async () => {
    await expectSameHoweverCut(run, [...denials, ...affirmations], withoutCommas);
  });

  it("neither loses nor doubles a character of an answer that denies nobody", async () => {
    const words = "ein da ist keine im Raum der leere Ich sehe nicht und mit Tasse , . — gibt’s n die ä 2,5";
    await expectEveryCharacter(run, words);
  });
});

it("holds little back of an answer that denies nobody", async () => {
  const tokens =
    "Ich| sehe| einen| Tisch|,| auf| dem| Tisch| steht| eine| Tasse|.| Die| Tür| ist| offen|.".split("|");
  const { passed, characters } = await lagsOf(tokens, HEDGE, "de");
  expect(passed).toBe(tokens.join("").length);
  expect(characters).toBeLessThanOrEqual(" auf dem Tisch steht".length);
});

it.each([
  ["Ist da jemand?", true],
  ["Wie viele Leute sind hier?", true],
  ["Bin ich allein?", true],
  ["Wer ist an der Tür?", true],
  ["Ist er noch da?", true],
  ["Is anyone there?", true],
  ["Ist der Herd an?", false],
  ["Welche Farbe hat das?", false],
  ["Wie schwer ist das?", false],
])("knows a question that asks for people: %s", (text, asks) => {
  expect(asksForPeople(text, "de")).toBe(asks);
});

it("leaves an English call to the English check", async () => {
  expect((await checkWith(HEDGE)("Niemand ist da.")).answer).toBe("Niemand ist da.");
  expect(asksForPeople("Ist da jemand?")).toBe(false);
});

/** A gap that was handed out before its word came leaves no room for the comma in front of `aber`. */
function withoutCommas(answer: string): string {
  return answer.replaceAll(", aber ", " aber ");
}
