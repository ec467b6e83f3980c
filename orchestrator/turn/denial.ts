import {
  BARE_DENIAL,
  CONJUNCTIONS,
  DENIAL,
  EXCEPTION,
  mentionsPerson,
  NEW_CLAUSE,
  QUOTATION_MARKS,
  QUOTING,
  SEATS,
  SOMETHING_ELSE,
} from "./denial-phrases.ts";
import type { Phrases, PhraseState } from "./phrases.ts";
import { beginnings, isStop } from "./spoken-words.ts";
import { type Atom, createWordStream } from "./word-stream.ts";

export interface DenialOptions {
  /** People the detector is certain of; with none there is nothing to hold an answer against. */
  readonly persons: number;
  /** Takes the place of the first clause that denies them. */
  readonly hedge: string;
  /** The question asks for people, so that a bare `No` or `None` denies them too. */
  readonly peopleAsked?: boolean;
  /** Called once, at the first contradicted clause. */
  onContradiction(): void;
}

/**
 * Passes an answer on as it streams and holds back only what may become a clause that denies people.
 * When the detector is certain of people such a clause is replaced by the hedge; everything else
 * comes out unchanged and at once. Returning early closes the source.
 */
export async function* checkDenials(
  tokens: AsyncIterable<string>,
  options: DenialOptions,
): AsyncGenerator<string> {
  if (options.persons === 0) {
    yield* tokens;
    return;
  }
  const check = createDenialCheck(options);
  for await (const token of tokens) {
    const text = check(token, false);
    if (text !== "") yield text;
  }
  const rest = check("", true);
  if (rest !== "") yield rest;
}

/** Whether a question asks if people are there, or how many. */
export function asksForPeople(question: string): boolean {
  return /\b(?:any(?:one|body)|some(?:one|body)|people|persons?|nobody|no one|alone|who|empty)\b|\bis (?:he|she) (?:still )?(?:here|there)\b/i.test(
    question,
  );
}

/** Replaces a denial in a later sentence, once the hedge was said. */
const AGAIN = "I may be wrong about people";
/** A denial without a stop is not waited for longer than this, in words. */
const LONGEST_CLAUSE = 40;

/** A denial that may be under way, from this held atom on. */
interface Attempt {
  readonly from: number;
  readonly grammar: Phrases;
  readonly state: PhraseState;
}

/**
 * `reading`: nothing denied. `denied`: inside a clause that denies people. `listing`: behind its comma.
 * `dropping`: in the rest of its list. `trusting`: the answer spoke of a person, so that a denial
 * after it means another part of the picture.
 */
type Mode = "reading" | "denied" | "listing" | "dropping" | "trusting";

function createDenialCheck(options: DenialOptions): (text: string, ended: boolean) => string {
  const stream = createWordStream();
  let mode = "reading" as Mode;
  let held: Atom[] = [];
  let attempts: readonly Attempt[] = [];
  let clause: string[] = [];
  let first = true;
  /** Inside a sentence that reads something out: its words are not the answer's own. */
  let quoting = false;
  /** The last character that came, passed on or not. */
  let before = "";
  let contradicted = false;
  let out = "";
  /** Of what was passed on: its last character, words since a full stop, a hedge since then. */
  let last = "";
  let sentenceBegun = false;
  let sentenceHedged = false;

  return (text, ended) => {
    out = "";
    for (const atom of stream.push(text, ended)) {
      noticeQuotation(atom.text);
      take(atom);
    }
    if (ended) end();
    else if (mode === "trusting" || (mode === "reading" && !mayDeny(stream.unfinishedWord()))) {
      attempts = [];
      release(held.length);
      const ahead = stream.takeAhead();
      noticeQuotation(ahead);
      pass(ahead);
    }
    return out;
  };

  function noticeQuotation(text: string): void {
    for (const character of text) {
      quoting ||= QUOTATION_MARKS.has(character) && !/[\p{L}\p{N}.,!?]/u.test(before);
      before = character;
    }
  }

  function take(atom: Atom): void {
    if (mode === "listing") {
      mode = NEW_CLAUSE.has(atom.words[0] ?? "") ? "reading" : "dropping";
      if (mode === "dropping") held = [];
    }
    if (mode === "reading") return read(atom);
    if (mode === "trusting") return pass(atom.text);
    if (!endsClause(atom) && held.length < LONGEST_CLAUSE) {
      if (mode === "denied") held.push(atom);
      return;
    }
    if (mode === "denied") conclude();
    mode = sentenceHedged && atom.words[0] === "," ? "listing" : "reading";
    if (mode === "listing") held = [atom];
    else read(atom);
  }

  function read(atom: Atom): void {
    const behindComma = held.length === 1 && isStop(held[0]?.words ?? []);
    const from = behindComma ? 0 : held.length;
    held.push(atom);
    let live = [...attempts, ...beginners(atom).map((grammar) => ({ from, grammar, state: grammar.start }))];
    for (const word of atom.words) {
      live = live.map((attempt) => ({ ...attempt, state: attempt.grammar.next(attempt.state, word) }));
      const denial = live.find((attempt) => attempt.state.complete);
      if (denial !== undefined) return deny(denial, atom);
    }
    first &&= atom.words.length === 0;
    attempts = isStop(atom.words) ? [] : live.filter((attempt) => attempt.state.open);
    release(Math.min(held.length, ...attempts.map((attempt) => attempt.from)));
    follow(atom);
  }

  function follow(atom: Atom): void {
    clause.push(...atom.words);
    if (!endsClause(atom)) return;
    if (mentionsPerson(clause)) {
      mode = "trusting";
      release(held.length);
    }
    clause = [];
  }

  function beginners(atom: Atom): readonly Phrases[] {
    quoting ||= atom.words.some((word) => QUOTING.has(word));
    if (atom.words.length === 0 || quoting) return [];
    if (atom.words[0] === "unoccupied" && clause.some((word) => SEATS.has(word))) return [];
    return first && options.peopleAsked === true ? [DENIAL, BARE_DENIAL] : [DENIAL];
  }

  function deny(denial: Attempt, atom: Atom): void {
    const from = denial.from;
    release(from);
    attempts = [];
    first = false;
    mode = "denied";
    if (!isStop(atom.words)) return;
    held.pop();
    take(atom);
  }

  /** The denying clause is over: it goes out as it is when it leaves room for people, else hedged. */
  function conclude(): void {
    const text = held.map((atom) => atom.text).join("");
    clause = [];
    if (EXCEPTION.test(text) || SOMETHING_ELSE.test(text)) return release(held.length);
    held = [];
    if (!contradicted) options.onContradiction();
    if (!sentenceHedged) pass(leadIn(text) + (contradicted ? AGAIN : options.hedge.replace(/[.!?\s]+$/, "")));
    contradicted = true;
    sentenceHedged = true;
  }

  /** What joins the hedge to the words before it. */
  function leadIn(text: string): string {
    const gap = /^[^\p{L}\p{N}]*/u.exec(text)?.[0] ?? "";
    if (!sentenceBegun) return gap;
    if (/[,;:—–]/.test(last)) return `${gap}but `;
    return /\s/.test(last) ? "but " : ", but ";
  }

  /** Whether the unfinished word may begin a denial or go on with one; a gap leaves what is held. */
  function mayDeny(unfinished: string): boolean {
    if (unfinished === "") return attempts.length > 0;
    const prefixes = beginnings(unfinished);
    const states = [DENIAL, BARE_DENIAL].map((grammar): Attempt => ({
      from: 0,
      grammar,
      state: grammar.start,
    }));
    return [...attempts, ...states].some(({ grammar, state }) =>
      prefixes.some((prefix) => grammar.expects(state, prefix)),
    );
  }

  function release(count: number): void {
    for (const atom of held.splice(0, count)) pass(atom.text);
    attempts = attempts.map((attempt) => ({ ...attempt, from: attempt.from - count }));
  }

  function pass(text: string): void {
    if (text === "") return;
    out += text;
    last = text.at(-1) ?? last;
    if (/[.!?\n]\s*$/.test(text)) {
      sentenceBegun = false;
      sentenceHedged = false;
      quoting = false;
    } else if (/[\p{L}\p{N}]/u.test(text)) {
      sentenceBegun = true;
    }
  }

  function end(): void {
    take({ text: "", words: ["."] });
    attempts = [];
    release(held.length);
    if (sentenceHedged) out += ".";
  }
}

function endsClause(atom: Atom): boolean {
  return isStop(atom.words) || CONJUNCTIONS.has(atom.words[0] ?? "");
}
