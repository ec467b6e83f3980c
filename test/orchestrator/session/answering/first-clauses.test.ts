import fc from "fast-check";
import { expect, test } from "vitest";
import { firstClauses } from "../../../../orchestrator/session/answering/first-clauses.ts";
import { createClauseSplitter } from "../../../../orchestrator/speech/clauses.ts";
import { collect } from "../../../standins/turn.ts";

async function* pieces(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

/** What is given of a text before it counts, and all of it afterwards. */
async function parts(texts: readonly string[], rate = 1) {
  const counts = Promise.withResolvers<void>();
  const given: string[] = [];
  const all = (async () => {
    const words = firstClauses(pieces(...texts), { language: "en", rate, counts: counts.promise });
    for await (const word of words) given.push(word);
  })();
  await new Promise((resolve) => setImmediate(resolve));
  const before = given.join("");
  counts.resolve();
  await all;
  return { before, all: given.join("") };
}

const LONG = "There is a table with a cup on it. Behind it stands a chair. A window is open.";

test("a voice gets the first clause and the word that ends it, and the rest once the text counts", async () => {
  const { before, all } = await parts([LONG]);
  expect(before).toBe("There is a table with a cup on it. Behind");
  expect(createClauseSplitter("en").push(before)).toEqual(["There is a table with a cup on it. "]);
  expect(all).toBe(LONG);
});

test("a first clause that is soon said is not alone, and a faster voice gets more", async () => {
  expect((await parts(["Yes. ", LONG])).before).toBe("Yes. There is a table with a cup on it. Behind");
  expect((await parts([LONG], 2)).before).toBe(
    "There is a table with a cup on it. Behind it stands a chair. A",
  );
});

test("no character is lost, however the text comes", async () => {
  const counts = Promise.resolve();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string()), async (texts) => {
      const words = firstClauses(pieces(...texts), { language: "en", rate: 1, counts });
      expect((await collect(words)).join("")).toBe(texts.join(""));
    }),
  );
});
