import fc from "fast-check";
import { expect } from "vitest";
import { checkDenials, type DenialOptions } from "../../../../orchestrator/turn/guards/denial.ts";
import type { Language } from "../../../../orchestrator/turn/language.ts";
import { collect } from "../../../standins/turn.ts";

/** What came out of the check, and how many contradictions it told of. */
export interface Checked {
  readonly answer: string;
  readonly contradictions: number;
}

/** Runs an answer, whole or in tokens, through the check. Default: one person is certain, and not asked for. */
export type Check = (
  answer: string | readonly string[],
  options?: Partial<Pick<DenialOptions, "persons" | "peopleAsked">>,
) => Promise<Checked>;

/** The check with a hedge, in an English call or in one of another language. */
export function checkWith(hedge: string, language?: Language): Check {
  return async (answer, options) => {
    let contradictions = 0;
    const stream = checkDenials(streamed(typeof answer === "string" ? [answer] : answer), {
      persons: 1,
      hedge,
      ...(language && { language }),
      ...options,
      onContradiction() {
        contradictions += 1;
      },
    });
    return { answer: (await collect(stream)).join(""), contradictions };
  };
}

/** How far the check falls behind an answer that denies nobody. */
export interface Lags {
  /** For each token, how many more were read before it came out. */
  readonly tokens: readonly number[];
  /** Most characters that were held back when a token was asked for. */
  readonly characters: number;
  /** Characters that came out in all. */
  readonly passed: number;
}

/** Reads tokens through the check and counts what it holds back of them. */
export async function lagsOf(tokens: readonly string[], hedge: string, language?: Language): Promise<Lags> {
  const lengthOf = (count: number): number => tokens.slice(0, count).join("").length;
  let [read, passed, characters] = [0, 0, 0];
  async function* counted(): AsyncGenerator<string> {
    for (const token of tokens) {
      characters = Math.max(characters, lengthOf(read) - passed);
      read += 1;
      yield token;
    }
  }
  const held: number[] = [];
  const options = { persons: 1, hedge, ...(language && { language }), onContradiction() {} };
  for await (const text of checkDenials(counted(), options)) {
    passed += text.length;
    while (held.length < tokens.length && lengthOf(held.length + 1) <= passed) {
      held.push(read - held.length - 1);
    }
  }
  return { tokens: held, characters, passed };
}

/** Of some of these sentences the same comes out however the tokens are cut; `but` drops what may differ. */
export function expectSameHoweverCut(
  check: Check,
  sentences: readonly string[],
  but = (answer: string): string => answer,
): Promise<void> {
  const some = fc.array(fc.constantFrom(...sentences), { minLength: 1, maxLength: 4 });
  const of = async (answer: string | readonly string[]): Promise<Checked> => {
    const checked = await check(answer);
    return { ...checked, answer: but(checked.answer) };
  };
  return fc.assert(
    fc.asyncProperty(some, fc.infiniteStream(fc.nat(6)), async (parts, cuts) => {
      const text = parts.join(" ");
      expect(await of(chunked(text, cuts))).toEqual(await of(text));
    }),
    { numRuns: 300 },
  );
}

/** An answer of any of these words that denies nobody comes out as it was. */
export function expectEveryCharacter(check: Check, words: string): Promise<void> {
  const some = fc.array(fc.constantFrom(...words.split(" "), "\n", " "), { maxLength: 25 });
  return fc.assert(
    fc.asyncProperty(some, async (parts) => {
      const chunks = parts.flatMap((part) => [part, " "]);
      const { answer, contradictions } = await check(chunks);
      fc.pre(contradictions === 0);
      expect(answer).toBe(chunks.join(""));
    }),
    { numRuns: 500 },
  );
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
