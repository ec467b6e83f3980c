/** Words that are followed by more of their sentence, so the stop behind them ends nothing. */
const NEVER_END = new Set(
  (
    "dr mr mrs ms prof st rev gen col capt lt sgt hon messrs mt vs approx dept est min max e.g i.e cf viz al " +
    "z.b d.h u.a u.u i.d.r s.o s.u bzw ca evtl ggf inkl exkl sog vgl hr fr dipl ing tel abb jh jan feb aug sept okt nov dez"
  ).split(" "),
);

/** Words that stand before a number when the stop is theirs, and end a sentence otherwise. */
const BEFORE_NUMBER = new Set("no nr nos fig vol art p pp ch sec abs kap s".split(" "));

/** Words whose stop may be the sentence's as well: a capital behind it tells. */
const MAY_END = new Set("etc usw inc ltd co corp jr sr a.m p.m u.s u.k str ave blvd rd".split(" "));

/** What the stop behind a word can mean, by the word alone. */
export type StopKind = "abbreviation" | "before-number" | "either" | "end";

/** What a stop behind `word` (without the stop) can mean. */
export function stopKind(word: string): StopKind {
  const plain = word.toLowerCase().replace(/^[^\p{L}\p{N}]+/u, "");
  if (NEVER_END.has(plain)) return "abbreviation";
  if (BEFORE_NUMBER.has(plain)) return "before-number";
  if (MAY_END.has(plain)) return "either";
  // Initials, and abbreviations that are written with blanks: "J. Smith", "z. B."
  return /^\p{L}$/u.test(plain) && plain !== "i" ? "abbreviation" : "end";
}
