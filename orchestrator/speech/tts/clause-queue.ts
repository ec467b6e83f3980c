import { abortable } from "../../lib/abortable.ts";
import { createClauseSplitter } from "../clauses.ts";

/** Reads a text that is being written and gives it clause by clause, as soon as a voice asks. */
export interface ClauseQueue {
  /** The next clause; several short ones that wait are given together. Undefined: the text is over. */
  next(): Promise<string | undefined>;
}

/** Waiting sentences are said together up to this length: fewer starts of a voice, better melody. */
const TOGETHER_CHARS = 160;

/** Starts to read. A text that breaks off by an error is a text that is over. */
export function readClauses(
  text: AsyncIterable<string>,
  options: { readonly language: string; readonly signal: AbortSignal },
): ClauseQueue {
  const splitter = createClauseSplitter(options.language);
  const waiting: string[] = [];
  let isOver = false;
  let wake = (): void => {};

  const read = async (): Promise<void> => {
    try {
      for await (const piece of abortable(text, options.signal)) {
        waiting.push(...splitter.push(piece));
        wake();
      }
    } catch {
      // What was written before it is said all the same.
    }
    waiting.push(...splitter.end());
    isOver = true;
    wake();
  };
  void read();
  options.signal.addEventListener("abort", () => wake(), { once: true });

  let isFirst = true;
  return {
    async next() {
      while (waiting.length === 0 && !isOver && !options.signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      let clause = waiting.shift();
      if (clause === undefined || options.signal.aborted) return undefined;
      while (!isFirst && clause.length + (waiting[0]?.length ?? Infinity) <= TOGETHER_CHARS) {
        clause += waiting.shift() ?? "";
      }
      isFirst = false;
      return clause;
    },
  };
}
