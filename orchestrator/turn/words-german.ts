const NUMBERS = [
  ..."kein ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split(" "),
  ..."dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig".split(" "),
];

/** `drei` for 3, `ein` for 1 as before `Uhr`; digits above twenty. */
export function germanNumber(count: number): string {
  return NUMBERS[count] ?? String(count);
}

/** `Hund`, `Hund und Katze`, `Hund, Katze und Maus`. */
export function germanList(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} und ${items.at(-1)}`;
}

/** Whole German words anywhere in a text, in lower case; `\b` knows no umlauts. */
export function germanWords(...alternatives: readonly string[]): RegExp {
  return new RegExp(`(?<!\\p{L})(?:${alternatives.join("|")})(?!\\p{L})`, "u");
}
