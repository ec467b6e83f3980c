/** What `takeSentences` found: whole sentences, and the text behind the last of them. */
export interface Sentences {
  readonly whole: readonly string[];
  readonly rest: string;
}

/** Splits off the sentences of a growing text that are certainly over: a stop, then a space or a line's end. */
export function takeSentences(text: string): Sentences {
  const parts = text.split(/(?<=[.!?…:][)"'”’\]]*)\s+|\n+/);
  const rest = parts.pop() ?? "";
  return { whole: parts.map((part) => part.trim()).filter((part) => part !== ""), rest };
}
