import type { Phrases } from "../phrases.ts";

/** How one language says that nobody is there, and what only sounds like it. */
export interface DenialWords {
  /**
   * Clauses that say nobody is there: for the picture as a whole, or at least without naming a person
   * beside. A clause may begin before its denial, so that what takes its place still reads well.
   */
  readonly denial: Phrases;
  /** A bare answer that denies people when the question asked for them. */
  readonly bareDenial: Phrases;
  /** What makes a denial a part of a larger picture: `nobody else`, `no one except a man`. */
  readonly exception: RegExp;
  /** What nobody does, knows or may do says nothing of who is there: `nobody knows`, `no one is smiling`. */
  readonly somethingElse: RegExp;
  /** Words after which a denying clause is over although no stop was written. */
  readonly conjunctions: ReadonlySet<string>;
  /** Words that begin something new after `no people,`; other words continue the list of what is not there. */
  readonly newClause: ReadonlySet<string>;
  /** Relative pronouns whose clause behind a comma belongs to the denial; in German they are articles too. */
  readonly relatives: ReadonlySet<string>;
  /** Words behind a comma that make an exception to the denial before it. */
  readonly excepting: ReadonlySet<string>;
  /** Whether the word, after these of its clause, announces writing that is read out word for word. */
  announcesWriting(clause: readonly string[], word: string): boolean;
  /** Whether the word, after these of its clause, cannot begin a denial of people. */
  cannotBegin(clause: readonly string[], word: string): boolean;
  /** Whether a clause, given as its words, says that a person is there. */
  mentionsPerson(clause: readonly string[]): boolean;
  /** Joins the hedge to the words before it. */
  readonly but: string;
  /** Replaces a denial in a later sentence, once the hedge was said; without a stop. */
  readonly again: string;
}

/** A set of words from a text. */
export function wordSet(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}
