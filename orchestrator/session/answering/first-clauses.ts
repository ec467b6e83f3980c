import { createClauseSplitter } from "../../speech/clauses.ts";

/** Characters that a voice of rate 1 says in about a second and a half: by then it has the next clause. */
const ENOUGH_CHARS = 24;

/**
 * A text for a voice: no more than its first clauses before it `counts`, then all of it. Pieces are
 * words, so that what is held back does not depend on how the text was made.
 *
 * @param rate speech rate; 1 is the voice's own
 */
export async function* firstClauses(
  text: AsyncIterable<string>,
  {
    language,
    rate,
    counts,
  }: { readonly language: string; readonly rate: number; readonly counts: Promise<void> },
): AsyncGenerator<string> {
  const splitter = createClauseSplitter(language);
  let certain = 0;
  for await (const piece of text) {
    for (const word of piece.match(/\s*\S+|\s+/g) ?? []) {
      yield word;
      for (const clause of splitter.push(word)) certain += clause.length;
      if (certain >= ENOUGH_CHARS * rate) await counts;
    }
  }
}
