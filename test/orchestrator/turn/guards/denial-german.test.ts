import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asksForPeople, checkDenials } from "../../../../orchestrator/turn/guards/denial.ts";

const KEPT = "Menschen kann ich nicht ausschließen: Die Erkennung sieht eine Person, auf elf Uhr";
const HEDGE = `${KEPT}.`;

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
    expect((await run("Nein.", true)).answer).toBe(HEDGE);
    expect((await run("Keine", true)).answer).toBe(HEDGE);
    expect((await run("Nein, ich sehe niemanden. Eine Tür.", true)).answer).toBe(`${HEDGE} Eine Tür.`);
    expect((await run("Nein.")).answer).toBe("Nein.");
  });
});

describe("streaming", () => {
  it("gives the same answer however the tokens are cut", async () => {
    const sentences = fc.array(fc.constantFrom(...denials, ...affirmations), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(sentences, fc.infiniteStream(fc.nat(6)), async (parts, cuts) => {
        const text = parts.join(" ");
        expect(withoutCommas(await run(chunked(text, cuts)))).toEqual(withoutCommas(await run(text)));
      }),
      { numRuns: 300 },
    );
  });

  it("neither loses nor doubles a character of an answer that denies nobody", async () => {
    const words = fc.constantFrom(
      ..."ein da ist keine im Raum der leere Ich sehe nicht und mit Tasse , . — gibt’s n die ä 2,5".split(
        " ",
      ),
      "\n",
      " ",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(words, { maxLength: 25 }), async (parts) => {
        const chunks = parts.flatMap((part) => [part, " "]);
        const { answer, contradictions } = await run(chunks);
        fc.pre(contradictions === 0);
        expect(answer).toBe(chunks.join(""));
      }),
      { numRuns: 500 },
    );
  });
});

it("holds little back of an answer that denies nobody", async () => {
  const tokens =
    "Ich| sehe| einen| Tisch|,| auf| dem| Tisch| steht| eine| Tasse|.| Die| Tür| ist| offen|.".split("|");
  let read = 0;
  let passed = 0;
  let lag = 0;
  async function* counting(): AsyncGenerator<string> {
    for (const token of tokens) {
      lag = Math.max(lag, tokens.slice(0, read).join("").length - passed);
      read += 1;
      yield token;
    }
  }
  const options = { persons: 1, hedge: HEDGE, language: "de" as const, onContradiction() {} };
  for await (const text of checkDenials(counting(), options)) passed += text.length;
  expect(passed).toBe(tokens.join("").length);
  expect(lag).toBeLessThanOrEqual(" auf dem Tisch steht".length);
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
  const stream = checkDenials(streamed(["Niemand ist da."]), {
    persons: 1,
    hedge: HEDGE,
    onContradiction() {},
  });
  expect((await collect(stream)).join("")).toBe("Niemand ist da.");
  expect(asksForPeople("Ist da jemand?")).toBe(false);
});

async function run(
  text: string | readonly string[],
  peopleAsked = false,
): Promise<{ answer: string; contradictions: number }> {
  let contradictions = 0;
  const stream = checkDenials(streamed(typeof text === "string" ? [text] : text), {
    persons: 1,
    peopleAsked,
    hedge: HEDGE,
    language: "de",
    onContradiction() {
      contradictions += 1;
    },
  });
  return { answer: (await collect(stream)).join(""), contradictions };
}

/** A gap that was handed out before its word came leaves no room for the comma in front of `aber`. */
function withoutCommas<T extends { readonly answer: string }>(result: T): T {
  return { ...result, answer: result.answer.replaceAll(", aber ", " aber ") };
}

async function collect(stream: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const text of stream) all.push(text);
  return all;
}

async function* streamed(tokens: readonly string[]): AsyncGenerator<string> {
  yield* tokens;
}

function chunked(text: string, sizes: Iterator<number>): readonly string[] {
  const chunks: string[] = [];
  for (let at = 0; at < text.length; at += chunks.at(-1)?.length ?? 1) {
    chunks.push(text.slice(at, at + 1 + (sizes.next().value ?? 0)));
  }
  return chunks;
}
