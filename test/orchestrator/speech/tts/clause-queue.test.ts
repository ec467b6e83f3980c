import { describe, expect, it } from "vitest";
import { readClauses } from "../../../../orchestrator/speech/tts/clause-queue.ts";

function pushed(): {
  text: AsyncIterable<string>;
  push(piece: string): void;
  end(): void;
  isReturned(): boolean;
} {
  const pieces: string[] = [];
  let wake = (): void => {};
  let isOver = false;
  let isReturned = false;
  return {
    push: (piece) => {
      pieces.push(piece);
      wake();
    },
    end: () => {
      isOver = true;
      wake();
    },
    isReturned: () => isReturned,
    text: {
      [Symbol.asyncIterator]: () => ({
        async next() {
          while (pieces.length === 0 && !isOver) await new Promise<void>((resolve) => (wake = resolve));
          const value = pieces.shift();
          return value === undefined
            ? { done: true as const, value: undefined }
            : { done: false as const, value };
        },
        async return() {
          isReturned = true;
          return { done: true as const, value: undefined };
        },
      }),
    },
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("readClauses", () => {
  it("gives the first clause alone, then what waits together", async () => {
    const source = pushed();
    const clauses = readClauses(source.text, { language: "en", signal: new AbortController().signal });
    source.push("I can see two people, one here. Yes. No. Good. ");
    source.push("Rest");
    await settle();
    expect(await clauses.next()).toBe("I can see two people, ");
    expect(await clauses.next()).toBe("one here. Yes. No. Good. ");
    source.end();
    expect(await clauses.next()).toBe("Rest");
    expect(await clauses.next()).toBeUndefined();
  });

  it("puts no more together than a voice answers quickly", async () => {
    const source = pushed();
    const clauses = readClauses(source.text, { language: "en", signal: new AbortController().signal });
    source.push(`Go. ${"This is a sentence of some length. ".repeat(12)}`);
    source.end();
    await settle();
    expect(await clauses.next()).toBe("Go. ");
    const lengths: number[] = [];
    for (let clause = await clauses.next(); clause !== undefined; clause = await clauses.next())
      lengths.push(clause.length);
    expect(lengths.length).toBeGreaterThan(2);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(160);
  });

  it("ends at once when it is stopped, and lets go of the text", async () => {
    const source = pushed();
    const stop = new AbortController();
    const clauses = readClauses(source.text, { language: "en", signal: stop.signal });
    source.push("One two three");
    const next = clauses.next();
    await settle();
    stop.abort();
    expect(await next).toBeUndefined();
    await settle();
    expect(source.isReturned()).toBe(true);
  });
});
