import type { DenialOptions } from "./denial.ts";
import type { DenialWords } from "./denial-words.ts";
import type { Phrases, PhraseState } from "../phrases.ts";
import { beginnings, isStop } from "../spoken-words.ts";
import { type Atom, createWordStream } from "../word-stream.ts";

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

/** Marks that open a quotation when no letter stands before them. */
const QUOTATION_MARKS: ReadonlySet<string> = new Set("\"'“‘«‹„‚»›");

/** What one answer was told, shared by all checks that it goes through. */
export interface Said {
  /** The hedge was said. */
  contradicted: boolean;
}

/** Takes the pieces of an answer and gives back what of it may be said by now, denials replaced. */
export function createDenialCheck(
  options: DenialOptions,
  language: DenialWords,
  said: Said,
): (text: string, ended: boolean) => string {
  const stream = createWordStream();
  let mode = "reading" as Mode;
  let held: Atom[] = [];
  /** A comma behind a denied clause, and a word that may be a relative pronoun. */
  let behind: Atom[] = [];
  let attempts: readonly Attempt[] = [];
  let clause: string[] = [];
  let first = true;
  /** Inside a sentence that reads something out: its words are not the answer's own. */
  let quoting = false;
  /** The last character that came, passed on or not. */
  let before = "";
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
    if (mode !== "denied" || !goesOn(atom)) advance(atom);
  }

  /** Whether the denied clause goes on behind its comma, or may: `nobody, except`, or a relative clause. */
  function goesOn(atom: Atom): boolean {
    const word = atom.words[0] ?? "";
    const mayFollow =
      behind.length === 0
        ? word === "," && language.excepting.size > 0
        : behind.length === 1 && language.relatives.has(word);
    if (mayFollow) {
      behind.push(atom);
      return true;
    }
    const waiting = behind;
    behind = [];
    const belongs =
      waiting.length === 1 ? language.excepting.has(word) : waiting.length === 2 && isPlainWord(atom);
    if (belongs) held.push(...waiting, atom);
    else for (const one of waiting) advance(one);
    return belongs;
  }

  function advance(atom: Atom): void {
    if (mode === "listing") {
      mode = language.newClause.has(atom.words[0] ?? "") ? "reading" : "dropping";
      if (mode === "dropping") held = [];
    }
    if (mode === "reading") return read(atom);
    if (mode === "trusting") return pass(atom.text);
    if (!endsClause(atom, language) && held.length < LONGEST_CLAUSE) {
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
    if (!endsClause(atom, language)) return;
    if (language.mentionsPerson(clause)) {
      mode = "trusting";
      release(held.length);
    }
    clause = [];
  }

  function beginners(atom: Atom): readonly Phrases[] {
    quoting ||= atom.words.some((word) => language.announcesWriting(clause, word));
    if (atom.words.length === 0 || quoting) return [];
    if (language.cannotBegin(clause, atom.words[0] ?? "")) return [];
    return first && options.peopleAsked === true ? [language.denial, language.bareDenial] : [language.denial];
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
    if (language.exception.test(text) || language.somethingElse.test(text)) return release(held.length);
    held = [];
    const again = said.contradicted;
    if (!again) options.onContradiction();
    if (!sentenceHedged)
      pass(leadIn(text) + (again ? language.again : options.hedge.replace(/[.!?\s]+$/, "")));
    said.contradicted = true;
    sentenceHedged = true;
  }

  /** What joins the hedge to the words before it. */
  function leadIn(text: string): string {
    const gap = /^[^\p{L}\p{N}]*/u.exec(text)?.[0] ?? "";
    if (!sentenceBegun) return gap;
    if (/[,;:—–]/.test(last)) return `${gap}${language.but} `;
    return /\s/.test(last) ? `${language.but} ` : `, ${language.but} `;
  }

  /** Whether the unfinished word may begin a denial or go on with one; a gap leaves what is held. */
  function mayDeny(unfinished: string): boolean {
    if (unfinished === "") return attempts.length > 0;
    const prefixes = beginnings(unfinished);
    const states = [language.denial, language.bareDenial].map((grammar): Attempt => ({
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

function endsClause(atom: Atom, { conjunctions }: DenialWords): boolean {
  return isStop(atom.words) || conjunctions.has(atom.words[0] ?? "");
}

/** A word without a capital: behind an article a noun would have one. */
function isPlainWord({ text, words }: Atom): boolean {
  return words.length > 0 && !isStop(words) && !/^\P{L}*\p{Lu}/u.test(text);
}
