/** Where and why a text is no JSON, in the words of Python's `json` module. */
export interface JsonFault {
  readonly at: number;
  readonly reason: string;
}

/** Finds the first fault of a text that `JSON.parse` refused, at the place that Python's parser names. */
export function findJsonFault(text: string): JsonFault {
  try {
    const end = skipBlank(text, readValue(text, skipBlank(text, 0)));
    return { at: end, reason: "Extra data" };
  } catch (error) {
    if (error instanceof Stumble) return error;
    throw error;
  }
}

class Stumble extends Error implements JsonFault {
  readonly at: number;
  readonly reason: string;

  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
    this.reason = reason;
  }
}

const BLANK = /[ \t\n\r]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// oxlint-disable-next-line no-control-regex -- JSON forbids exactly these in a string
const STRING_PART = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** The place after the value that starts at `at`. */
function readValue(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return readString(text, at);
  if (first === "{") return readMembers(text, at + 1, "}", readMember);
  if (first === "[") return readMembers(text, at + 1, "]", readValue);
  const end = match(SCALAR, text, at);
  if (end === at) throw new Stumble(at, "Expecting value");
  return end;
}

function readMembers(
  text: string,
  start: number,
  close: string,
  read: (text: string, at: number) => number,
): number {
  let at = skipBlank(text, start);
  if (text[at] === close) return at + 1;
  for (;;) {
    at = skipBlank(text, read(text, at));
    if (text[at] === close) return at + 1;
    if (text[at] !== ",") throw new Stumble(at, "Expecting ',' delimiter");
    at = skipBlank(text, at + 1);
  }
}

function readMember(text: string, at: number): number {
  if (text[at] !== '"') throw new Stumble(at, "Expecting property name enclosed in double quotes");
  const colon = skipBlank(text, readString(text, at));
  if (text[colon] !== ":") throw new Stumble(colon, "Expecting ':' delimiter");
  return readValue(text, skipBlank(text, colon + 1));
}

function readString(text: string, start: number): number {
  for (let at = start + 1; ;) {
    at = match(STRING_PART, text, at);
    if (text[at] === '"') return at + 1;
    if (at >= text.length) throw new Stumble(start, "Unterminated string starting at");
    if (text[at] !== "\\") throw new Stumble(at, "Invalid control character at");
    const end = match(ESCAPE, text, at);
    if (end === at) throw new Stumble(at, "Invalid \\escape");
    at = end;
  }
}

function skipBlank(text: string, at: number): number {
  return match(BLANK, text, at);
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
