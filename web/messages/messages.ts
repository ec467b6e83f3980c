import { de } from "./de.ts";
import { en, type Messages } from "./en.ts";

const LANGUAGES: Readonly<Record<string, Messages>> = { en, de };

/** The texts in the first of the wanted languages (BCP 47 tags) that there is; English otherwise. */
export function chooseMessages(wanted: readonly string[]): Messages {
  const found = wanted.map((tag) => LANGUAGES[tag.toLowerCase().split("-")[0] ?? ""]);
  return found.find((messages) => messages !== undefined) ?? en;
}
