import { wordsIn } from "../../turn/spoken-words.ts";
import { isWhole, phrases, type Phrases } from "../../turn/phrases.ts";
import { toLanguage, type Language } from "../../turn/language.ts";

/** Sounds that say nothing but that somebody is there and listening, in any language. */
const SOUNDS =
  "mhm|mm|mmhm|mmhmm|mhmm|hm|hmm|uhuh|aha|ah|ahh|aah|oh|ohh|ooh|uh|uhh|um|umm|uhm|er|erm|äh|ähm|öh|hmhm|mmkay";

/** Sounds that are not even a yes. */
const HESITATIONS = "hm|hmm|uh|uhh|um|umm|uhm|er|err|erm|äh|ähm|ähh|öh";

/** `mm-hmm`, `uh huh`: two sounds that are one. */
const HUMMED = /\b(?:(?:m+|u+h|h+m+)-(?:h+m+|h+u+h|m+)|u+h h+u+h|m+ h+m+)\b/gi;

/** `mmmm`, `ohhh`. */
const LONG_DRAWN = /(\p{L})\1{2,}/giu;

/** Words that a listener says along without wanting the turn. */
const WORDS: Readonly<Record<Language, string>> = {
  en: "okay|ok|kay|yes|yeah|yea|yep|yup|ya|right|sure|alright|all right|i see|got it|gotcha|i got it|go on|go ahead|continue|good|great|nice|cool|fine|wow|really|interesting|of course|exactly|true|indeed|understood|i understand|makes sense|that makes sense|good to know|very good|very nice|perfect",
  de: "okay|ok|ja|jaja|jap|jep|joa|jo|genau|gut|sehr gut|schön|prima|super|toll|klar|alles klar|na klar|aha|ach so|achso|ach ja|verstehe|ich verstehe|verstanden|stimmt|richtig|weiter|mach weiter|interessant|wirklich|echt|wow|natürlich|logisch|eben|na gut|passt",
};

const PATTERNS = new Map<Language, { readonly sounds: Phrases; readonly words: Phrases }>();

/**
 * Whether what was said into the answer only shows that somebody listens, so that the answer goes on.
 * `no` and `stop` never do; after a question of ours every word is an answer, and only a sound is not.
 *
 * @param language BCP 47
 * @param options.asked the last words that were heard of the answer are a question. Default: false
 */
export function isBackchannel(
  text: string,
  language: string,
  options: { readonly asked?: boolean } = {},
): boolean {
  const { sounds, words } = patternsOf(toLanguage(language));
  const said = wordsIn(text.normalize("NFC").replace(LONG_DRAWN, "$1$1").replace(HUMMED, "mhm"));
  return said.length > 0 && isWhole(options.asked ? sounds : words, said);
}

/** Whether what was heard of an answer ends in a question. */
export function endsAsking(heard: string): boolean {
  return /[?？]["'”»)\s]*$/u.test(heard);
}

function patternsOf(language: Language): { readonly sounds: Phrases; readonly words: Phrases } {
  const known = PATTERNS.get(language);
  if (known) return known;
  const patterns = {
    // An `uh-huh` after a question is a yes.
    sounds: phrases(`(${HESITATIONS}) (${HESITATIONS})*`),
    words: phrases(`(${SOUNDS}|${WORDS[language]}) (${SOUNDS}|${WORDS[language]})*`),
  };
  PATTERNS.set(language, patterns);
  return patterns;
}
