import { hashPiece } from "./hash.ts";

/** One token: an id, and the text it adds. Text of a character's first half is empty, as vLLM holds it back. */
export interface Piece {
  readonly id: number;
  readonly text: string;
}

/** Qwen2-VL's special tokens; they are single tokens wherever they stand, in a user's text too. */
export const specialTokens = {
  "<|endoftext|>": 151_643,
  "<|im_start|>": 151_644,
  "<|im_end|>": 151_645,
  "<|object_ref_start|>": 151_646,
  "<|object_ref_end|>": 151_647,
  "<|box_start|>": 151_648,
  "<|box_end|>": 151_649,
  "<|quad_start|>": 151_650,
  "<|quad_end|>": 151_651,
  "<|vision_start|>": 151_652,
  "<|vision_end|>": 151_653,
  "<|vision_pad|>": 151_654,
  "<|image_pad|>": 151_655,
  "<|video_pad|>": 151_656,
} as const;

const SPECIAL =
  /(<\|(?:endoftext|im_start|im_end|(?:object_ref|box|quad|vision)_(?:start|end)|(?:vision|image|video)_pad)\|>)/;
/** Qwen2's own pre-tokeniser: it joins a punctuation mark with the letters after it. */
const PRE_TOKENS =
  /(?:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+/giu;
/** Longest English word that is one token of a vocabulary of 150,000, about. */
const WORD = 12;
const MEMO_ENTRIES = 512;
const MEMO_CHARACTERS = 16_384;

/**
 * A deterministic stand-in for Qwen's tokeniser: the same splits at words, punctuation and digits, about
 * as many tokens for English, ids of its own. Appending text never changes the tokens of what stood
 * before, but for the last word.
 */
export function tokenize(text: string): Piece[] {
  const pieces: Piece[] = [];
  for (const part of text.split(SPECIAL)) {
    const special = specialId(part);
    if (special === undefined) tokenizePlain(part, pieces);
    else pieces.push({ id: special, text: part });
  }
  return pieces;
}

/** Appends the token ids of a text. Text between special tokens is remembered, since prompts repeat it. */
export function createEncoder(): (text: string, into: number[]) => void {
  const memo = new Map<string, readonly number[]>();
  const encodePlain = (text: string): readonly number[] => {
    const known = memo.get(text);
    if (known !== undefined) return known;
    const pieces: Piece[] = [];
    tokenizePlain(text, pieces);
    const ids = pieces.map((piece) => piece.id);
    if (text.length > MEMO_CHARACTERS) return ids;
    if (memo.size >= MEMO_ENTRIES) memo.delete(memo.keys().next().value ?? "");
    memo.set(text, ids);
    return ids;
  };
  return (text, into) => {
    for (const part of text.split(SPECIAL)) {
      const special = specialId(part);
      if (special === undefined) for (const id of encodePlain(part)) into.push(id);
      else into.push(special);
    }
  };
}

function specialId(part: string): number | undefined {
  return part.startsWith("<|") ? specialTokens[part as keyof typeof specialTokens] : undefined;
}

function tokenizePlain(text: string, pieces: Piece[]): void {
  for (const match of text.match(PRE_TOKENS) ?? []) splitWord(match, pieces);
}

function splitWord(word: string, pieces: Piece[]): void {
  // oxlint-disable-next-line no-control-regex -- the range is ASCII itself
  if (/^[\x00-\x7f]*$/.test(word)) {
    const letters = /[a-z]/i.test(word);
    const size = letters ? (word.length <= WORD + 1 ? WORD + 1 : 6) : /^\s/.test(word) ? 16 : 4;
    for (let start = 0; start < word.length; start += size) {
      const end = Math.min(word.length, start + size);
      pieces.push({ id: toId(word, start, end), text: word.slice(start, end) });
    }
    return;
  }
  let run = "";
  let room = 0;
  const flush = (): void => {
    if (run !== "") pieces.push({ id: toId(run, 0, run.length), text: run });
    run = "";
    room = 0;
  };
  for (const character of word) {
    const code = character.codePointAt(0) ?? 0;
    if (code > 0xffff) {
      flush();
      const first = `\u0000${character}`;
      pieces.push({ id: toId(first, 0, first.length), text: "" });
      pieces.push({ id: toId(character, 0, character.length), text: character });
      continue;
    }
    if (room === 0) flush();
    if (run === "") room = code < 0x530 ? 4 : 2;
    run += character;
    room -= 1;
  }
  flush();
}

/** Ids of words lie above those of the special tokens. */
function toId(text: string, start: number, end: number): number {
  return 0x40000 + (hashPiece(text, start, end) % 0x7ff00000);
}
