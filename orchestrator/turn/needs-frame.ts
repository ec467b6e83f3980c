import { toLanguage } from "./language.ts";
import { GERMAN_READING, GERMAN_SCREEN, germanNeed, germanSentences } from "./needs-frame/german.ts";
import { KNOWLEDGE } from "./needs-frame/knowledge.ts";
import { fits, whole } from "./needs-frame/rule.ts";
import { isSmallTalk, isStatement } from "./needs-frame/small-talk.ts";
import { TALK } from "./needs-frame/talk.ts";
import { sentences } from "./needs-frame/text.ts";
import { TOOLS } from "./needs-frame/tools.ts";
import { isAboutHere, READING, SCREEN, VISUAL } from "./needs-frame/visual.ts";
import type { FrameNeed, PastTurn } from "./turn.ts";

/**
 * Whether a question needs the camera, and why: rules in order, the first that fits a sentence settles
 * it, and one sentence that needs the camera is enough. What could be about the surroundings is taken
 * to be, since a needless picture costs less than a missing one.
 *
 * @param language BCP 47; a language without rules is taken for English. Default: English
 */
export function needsFrame(question: string, history: readonly PastTurn[], language?: string): FrameNeed {
  const rules = toLanguage(language) === "de" ? GERMAN : ENGLISH;
  const all = rules.sentences(question);
  const decisions = all.map((sentence) => rules.decide(sentence, history));
  const decision = decisions.findLast(({ needed }) => needed) ??
    decisions.findLast(({ reason }) => reason !== "small-talk") ??
    decisions.at(-1) ?? { needed: false, reason: "empty" };
  return {
    value: decision.needed,
    reason: decision.reason,
    reading: decision.needed && all.some((sentence) => rules.reading.test(sentence)),
    screen: decision.needed && all.some((sentence) => rules.screen.test(sentence)),
  };
}

/** How the questions of one language are judged. */
interface LanguageRules {
  readonly sentences: (question: string) => readonly string[];
  readonly decide: (sentence: string, history: readonly PastTurn[]) => Decision;
  readonly reading: RegExp;
  readonly screen: RegExp;
}

const ENGLISH: LanguageRules = { sentences, decide, reading: READING, screen: SCREEN };

const GERMAN: LanguageRules = {
  sentences: germanSentences,
  decide(sentence, history) {
    const need = germanNeed(sentence);
    return need === "goes-on" ? continuation(history, "de") : need;
  },
  reading: GERMAN_READING,
  screen: GERMAN_SCREEN,
};

interface Decision {
  readonly needed: boolean;
  readonly reason: string;
}

/** Goes on with the turn before, whatever that was about. */
const CONTINUATION = whole(
  "(?:(?:can|could) you )?(?:tell|give|show) me (?:some |a (?:bit|little) )?more(?: details?)?(?: about (?:it|that|this|him|her|them))?",
  "(?:and )?(?:(?:any|some|no)(?:thing|one|body|where) |what |who |where )else(?: .*)?",
  "(?:(?:a (?:bit|little)|some|any|even) )?more(?: details?)?|in more detail",
  "why(?: not)?|how come|how so|really|such as|for example|like what|and then|what then",
  "(?:are you|you) (?:sure|certain)(?: about (?:that|it))?|is that (?:true|right|correct|so)|what does (?:that|it|this) mean",
  "(?:give me )?another(?: one)?|(?:and )?the (?:second|next|other|third|last) one",
);

/** The rules for sentences that do not need the camera come first: they are the narrower ones. */
const RULES = [...TOOLS, ...KNOWLEDGE, ...VISUAL];

function decide(sentence: string, history: readonly PastTurn[]): Decision {
  if (isSmallTalk(sentence)) return { needed: false, reason: "small-talk" };
  const talk = TALK.find((rule) => fits(rule, sentence));
  if (talk !== undefined) return talk;
  if (CONTINUATION.test(sentence)) return continuation(history);
  if (history.length > 0 && isShort(sentence) && showedPicture(history)) {
    return { needed: true, reason: "follow-up-after-picture" };
  }
  if (isStatement(sentence)) return { needed: false, reason: "statement" };
  const rule = RULES.find((candidate) => fits(candidate, sentence)) ?? fallback(sentence);
  return rule.needed && !isAboutHere(sentence) ? { needed: false, reason: "general-knowledge" } : rule;
}

/** Without any turn before, the surroundings are all that there is to go on with. */
function continuation(history: readonly PastTurn[], language?: string): Decision {
  if (history.length === 0) return { needed: true, reason: "follow-up" };
  return showedPicture(history, language)
    ? { needed: true, reason: "follow-up-after-picture" }
    : { needed: false, reason: "follow-up-after-words" };
}

/** How many turns back a chain of continuations is followed. */
const CHAIN = 3;

/** Whether the last turn was about a picture, or asked for one in vain. */
function showedPicture(history: readonly PastTurn[], language?: string): boolean {
  const last = history.at(-1);
  if (last === undefined) return false;
  if (last.jpeg !== null || last.clear !== null || last.facts !== "") return true;
  if (history.length > CHAIN * 2) return false;
  return needsFrame(last.question, history.slice(0, -1).slice(-CHAIN), language).value;
}

function isShort(sentence: string): boolean {
  return sentence.split(" ", 4).length <= 3;
}

/** A few words without a verb are taken for a thing or a place that is asked about. */
function fallback(sentence: string): Decision {
  return isShort(sentence) &&
    !/^(?:do|does|did|is|are|can|could|will|should|why|when|in|who was|and what)\b/.test(sentence)
    ? { needed: true, reason: "fragment" }
    : { needed: false, reason: "no-visual-reference" };
}
