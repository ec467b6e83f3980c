import { toLanguage, type Language } from "../../turn/language.ts";

/** Longer than this nobody follows letter by letter: the rest is left out, and that is said. */
const MAX_CHARACTERS = 40;

/**
 * What of an answer is meant by "spell that", letter by letter as a voice says it: `K, A, R, L`. Quoted
 * words are meant first, then the last name or number, else the last word. Undefined when it has none.
 *
 * @param language BCP 47
 */
export function spelling(answer: string, language: string): string | undefined {
  const key = keyText(answer.normalize("NFC"));
  return key === undefined ? undefined : spell(key, toLanguage(language));
}

const QUOTED = [/“([^“”]+)”/gu, /„([^„“”]+)[“”]/gu, /"([^"]+)"/gu, /«([^«»]+)»/gu, /‘([^‘’]+)’/gu];
const WORD = /[\p{L}\p{N}](?:[\p{L}\p{N}'’@.\-_/&:+]*[\p{L}\p{N}])?/gu;

function keyText(answer: string): string | undefined {
  const quoted = QUOTED.flatMap((pattern) => [...answer.matchAll(pattern)]).sort((a, b) => a.index - b.index);
  const last = quoted.findLast(([, text]) => /[\p{L}\p{N}]/u.test(text ?? ""))?.[1];
  if (last !== undefined) return last.trim().replace(/[.,;:!?…]+$/u, "");
  const words = [...answer.matchAll(WORD)].map((match) => ({
    text: match[0],
    begins: isSentenceStart(answer, match.index),
    start: match.index,
    end: match.index + match[0].length,
  }));
  const named = words.findLastIndex(({ text, begins }) => isCode(text) || (isName(text) && !begins));
  if (named < 0) return words.at(-1)?.text;
  let from = named;
  // A name of several words, such as `Karl Müller`, is one.
  while (from > 0) {
    const [before, here] = [words[from - 1], words[from]];
    if (!before || !here || before.begins || !isKey(before.text) || !isKey(here.text)) break;
    if (answer.slice(before.end, here.start) !== " ") break;
    from -= 1;
  }
  return answer.slice(words[from]?.start, words[named]?.end);
}

/** Longer than a digit, with a digit, an @, a dot or capitals inside. */
function isCode(word: string): boolean {
  return word.length > 1 && /[\p{N}@]|\p{L}\.\p{L}|^\p{Lu}{2,}$|\p{Ll}\p{Lu}/u.test(word);
}

function isKey(word: string): boolean {
  return isCode(word) || isName(word);
}

function isName(word: string): boolean {
  return /^\p{Lu}\p{L}/u.test(word);
}

function isSentenceStart(answer: string, index: number): boolean {
  return /(?:^|[.!?:…])["'“„«(\s]*$/u.test(answer.slice(0, index));
}

/** Letters in capitals, each on its own; a change of case is not said, between two words is a pause. */
function spell(text: string, language: Language): string {
  const names = SIGNS[language];
  const characters = Array.from(GRAPHEMES.segment(text.replace(/\s+/gu, " ")), ({ segment }) => segment);
  const kept = characters.slice(0, MAX_CHARACTERS).join("");
  const spoken = kept
    .trim()
    .split(" ")
    .map((word) =>
      Array.from(GRAPHEMES.segment(word), ({ segment }) => names[segment] ?? capital(segment)).join(", "),
    )
    .join("; ");
  return characters.length > MAX_CHARACTERS ? `${spoken}. ${AND_MORE[language]}` : `${spoken}.`;
}

const GRAPHEMES = new Intl.Segmenter();

/** `ß` stays what it is: its capital would be said as two letters. */
function capital(character: string): string {
  const upper = character.toUpperCase();
  return upper.length === character.length ? upper : character;
}

const AND_MORE: Readonly<Record<Language, string>> = { en: "And more.", de: "Und mehr." };

/** How signs are said. */
const SIGNS: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: {
    "-": "hyphen",
    "–": "hyphen",
    "‑": "hyphen",
    ".": "dot",
    ",": "comma",
    "@": "at",
    "/": "slash",
    _: "underscore",
    "'": "apostrophe",
    "’": "apostrophe",
    "&": "and",
    "+": "plus",
    ":": "colon",
    "#": "hash",
    "%": "percent",
    "€": "euro",
    $: "dollar",
    ß: "sharp S",
    ä: "A umlaut",
    ö: "O umlaut",
    ü: "U umlaut",
    Ä: "A umlaut",
    Ö: "O umlaut",
    Ü: "U umlaut",
    "!": "exclamation mark",
    "?": "question mark",
  },
  de: {
    "-": "Bindestrich",
    "–": "Bindestrich",
    "‑": "Bindestrich",
    ".": "Punkt",
    ",": "Komma",
    "@": "Klammeraffe",
    "/": "Schrägstrich",
    _: "Unterstrich",
    "'": "Apostroph",
    "’": "Apostroph",
    "&": "und",
    "+": "plus",
    ":": "Doppelpunkt",
    "#": "Raute",
    "%": "Prozent",
    "€": "Euro",
    $: "Dollar",
    ß: "Eszett",
    "!": "Ausrufezeichen",
    "?": "Fragezeichen",
  },
};
