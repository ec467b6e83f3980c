/** A text as a voice should get it, and where each of its characters comes from. */
export interface Speakable {
  /** Without markup, emoji and line ends. */
  readonly text: string;
  /** How many characters of `text` the first `offset` characters of the raw text give. */
  spokenUpTo(offset: number): number;
}

/** Markup and signs that are seen, not said; `[[` would make espeak-ng read phonemes. */
const UNSPOKEN =
  /\]\([^)\s]*\)|```\w*|\*{2,3}|_{2,3}|~~|`+|(?<![\p{L}\p{N}])[*_](?=\S)|(?<=\S)[*_](?![\p{L}\p{N}])|^[ \t]*(?:#{1,6}|>|[-*+•])(?=\s)|<\/?[a-z][^<>\n]*>|[[\]{}|\\]|\p{Extended_Pictographic}|\p{Emoji_Modifier}|[\u{1F1E6}-\u{1F1FF}]|\u{FE0F}|\u{200D}|\u{20E3}|\p{Cc}(?<!\s)/gmu;

/** Prepares a raw text for a voice. */
export function toSpeakable(raw: string): Speakable {
  const silent = new Uint8Array(raw.length);
  for (const { index, 0: match } of raw.matchAll(UNSPOKEN)) silent.fill(1, index, index + match.length);
  const upTo = new Uint32Array(raw.length + 1);
  let text = "";
  for (let offset = 0; offset < raw.length; offset++) {
    const character = raw.charAt(offset);
    if (silent[offset] === 0) {
      if (!/\s/u.test(character)) text += character;
      else if (text !== "" && !text.endsWith(" ")) text += blank(raw, offset, text);
    }
    upTo[offset + 1] = text.length;
  }
  const trimmed = text.trimEnd();
  return {
    text: trimmed,
    spokenUpTo: (offset) => Math.min(upTo[Math.min(offset, raw.length)] ?? 0, trimmed.length),
  };
}

/** How the blanks at `offset` are said: the end of a line is a pause, as it is to the eye. */
function blank(raw: string, offset: number, before: string): string {
  BLANKS.lastIndex = offset;
  const isLineEnd = BLANKS.exec(raw)?.[0].includes("\n") ?? false;
  return isLineEnd && /[\p{L}\p{N}%)"”]$/u.test(before) ? ". " : " ";
}

const BLANKS = /\s+/uy;

/** Whether there is anything in a text that a voice can say. */
export function isSpeakable(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
