/** Of a longer speech only this many characters at its beginning and at its end are read. */
const LONGEST = 400;

/** A stop, or a comma before words that begin a question or a request of their own. */
const SENTENCE_END =
  /[.?!;\n]+(?=\s|$)|,(?=\s*(?:(?:and|but|so) )?(?:what|where|who|whose|which|how|why|when|is|are|was|am|do|does|did|can|could|would|will|has|have|should|tell|read|look|describe|find|check)(?:'s|'re|s)?\s)/;

/**
 * The sentences of a question in the form that the rules are written for: lower case, contractions
 * taken apart, without hesitation, politeness and turns of phrase that use visual words for other things.
 */
export function sentences(question: string): readonly string[] {
  const text =
    question.length > 2 * LONGEST ? `${question.slice(0, LONGEST)} ${question.slice(-LONGEST)}` : question;
  return text
    .toLowerCase()
    .replace(/[’‘`´]/g, "'")
    .split(SENTENCE_END)
    .reduce(joinConditions, [])
    .map(plain)
    .filter((sentence) => sentence !== "");
}

/** A condition and what follows from it are one sentence. */
function joinConditions(parts: readonly string[], part: string): readonly string[] {
  const before = parts.at(-1);
  return before !== undefined && /^\s*(?:if|suppose|imagine)\b/.test(before)
    ? [...parts.slice(0, -1), `${before} ${part}`]
    : [...parts, part];
}

function plain(sentence: string): string {
  return rewritten(sentence, REWRITES).trim();
}

function rewritten(sentence: string, rewrites: readonly Rewrite[]): string {
  return rewrites.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), sentence);
}

type Rewrite = readonly [RegExp, string];

const HESITATION: readonly Rewrite[] = [
  [/\bnews paper/g, "newspaper"],
  [/\b(?:u+m+|u+h+|e+r+m*|hm+|mm+|a+h+|huh|oh|kindly|please|pls|sightline|you know,|i mean,)(?![\w'])/g, " "],
  [/, ?like,/g, " "],
];

const CONTRACTIONS: readonly Rewrite[] = [
  [
    /\b(what|where|who|how|that|it|he|she|there|here|when|which|why|every(?:one|body|thing)|any(?:one|body)|some(?:one|body|thing)|nobody)'s\b/g,
    "$1 is",
  ],
  [/\b(what|where|who|how|that|there|here)s\b/g, "$1 is"],
  [/\bi ?'?m\b/g, "i am"],
  [/\bcan(?:'?t|not)\b/g, "can not"],
  [/\bwon'?t\b/g, "will not"],
  [/(\w)n't\b/g, "$1 not"],
  [/\b(do|does|did|is|are|has|have)nt\b/g, "$1 not"],
  [/'re\b/g, " are"],
  [/'ve\b/g, " have"],
  [/'ll\b/g, " will"],
  [/'d\b/g, " would"],
  [/\blet's\b/g, "let us"],
  [/\bwanna\b/g, "want to"],
  [/\bgonna\b/g, "going to"],
];

/** Idioms that use visual or pointing words; `fine` and `today` stand for words without a question. */
const IDIOMS: readonly Rewrite[] = [
  [/^\s*(?:look|listen|see|right|now then|alright|well|so|ok(?:ay)?|anyway|actually|hey|hi|hello)\s*,/, " "],
  [/\b(?:let me see|let us see|let's see)\b(?: *,|$| (?:how|if) it\b.*)|(?:^|,)\s*(?:as )?you see\s*,/g, " "],
  [
    /\bi (?:can )?see\b(?=\s*(?:,|$|and\b|thanks|thank|now$|why|how you|that makes|what (?:you|he|she|they) mean|your point)).*/,
    "fine",
  ],
  [
    /\b(?:(?:do|did) you )?see (?:what|where|why|how) i (?:mean|meant|did|am (?:getting|going|saying)|said)\b.*/,
    "fine",
  ],
  [/\b(?:do not |can not )?see (?:my|your|the) point\b.*/, "fine"],
  [/\bdo you see as\b/, "is generally"],
  [/\bi see (?:what|why|how|where|that) (?:you|i|he|she|they|this|it)\b.*/, "fine"],
  [/\blet me see (?:what|if|how) (?:i|we) can\b.*/, "fine"],
  [
    /\blook (?:at it (?:this|that) way|on the bright side|it up)\b|\bread (?:my|your|his|her) mind\b|\bin the eye of\b|\bsee to it\b|\blooks? (?:good|bad|bleak|promising|grim) for\b/,
    " generally ",
  ],
  [/\blet me picture\b.*/, "fine"],
  [/\blook who is talking\b|\bwatch (?:your (?:language|mouth|tongue)|it$)|\blong time no see\b/, "fine"],
  [/\bshed (?:some |any )?light on\b/, "explain"],
  [
    /\b(?:this|that|these|those|next|last) (?:morning|afternoon|evening|night|week|weekend|month|year|summer|winter|spring|autumn|time|minute|second|moment|days|century|season|conversation|term)\b/g,
    "today",
  ],
  [/\b(?:at|for) (?:the|a|this) (?:moment|minute|time being|second|while)\b/g, " "],
  [/\b(?:in|from) (?:my|your|his|her|their) (?:opinion|eyes|perspective|point of view|book)\b/g, " opinion "],
  [/\bin (?:my|your|his|her|their) view\b(?=\s*(?:,|$))/g, " opinion "],
  [
    /\b(?:the way i see it|as i see it|as far as i can see|at first sight|in (?:the )?light of|on the other hand|by the way|in the (?:first place|long run|end|meantime|world|past)|out of the blue|like a hawk)\b/g,
    " ",
  ],
  [/\blook(?:ing|ed)? (?:forward to|up to|after|into)\b/g, "deal with"],
  [/^\s*(?:i (?:am )?)?(?:really )?deal with\b.*/, "fine"],
  [/^\s*(?:it|that) (?:is|was) (?:very |quite |pretty )?clear\b.*/, "fine"],
  [/\bmakes? it (?:very |quite )?clear\b/g, " "],
  [
    /\bthat is (?:all|it|fine|okay|ok|great|good|right|correct|enough|nice|cool|wonderful|perfect|funny|interesting|helpful|amazing|true)\b/g,
    " fine ",
  ],
];

const STOPS_AND_REPEATS: readonly Rewrite[] = [
  [/[,:()"“”…—–*]+|\.{2,}/g, " "],
  [/\s+/g, " "],
  [/\b(\w+(?: \w+)?) \1\b/g, "$1"],
];

/** Words around the question itself. `asked` marks where they stood until the next step. */
const WRAPPERS: readonly Rewrite[] = [
  [
    /^ ?(?:(?:and|but|so|then|now|well|okay|ok|alright|great|good|thanks|thank you|sorry|hey|hi|hello|excuse me|yes|yeah|also|maybe|quick question|one more (?:thing|question)|nice) )+(?=(?!now|then|it$)\w+)/,
    "",
  ],
  [
    /\b(?:just|actually|basically|really|exactly|perhaps|kind of like|for me|to me|if you (?:can|could)|do you think$|would you say$)\b/g,
    " ",
  ],
  [/^ ?(?:do you think|would you say) (?!(?:this|that|it|he|she)$)/, "whether "],
  [
    /\b(?:would|do) you mind (describ|tell|read|look|check|help|repeat|speak|count|find|scan)(e?)ing\b/,
    "$1$2",
  ],
  [/\bdescrib\b/, "describe"],
  [/\s+/g, " "],
  [
    /^ ?(?:i was wondering|i wonder|i would like (?:you to|to know)|i want (?:you to|to know)|i need (?:you to|to know)|do you (?:happen to )?know|any idea|can you say (?!that|it|this|again)|is it possible to)\b ?/,
    "asked ",
  ],
  [
    /^(?:asked )?(?:you )?(?:can|could|would|will|may) (?:you|i|we) (?:maybe |possibly |quickly )?(?:tell|inform|show) (?:me|us)\b/,
    "tell me",
  ],
  [/^ ?let me know (?=(?:what|where|who|which|how|when|if|whether)\b)/, "tell me "],
  [/^ ?tell (?:me|us) (?=(?:what|where|who|whose|which|how|why|is|are)\b)/, ""],
  [/^ ?(?:asked|tell (?:me|us)) (?:if|whether)\b/, "whether"],
  [/^(?:asked|whether) (?:you )?(?=(?:can|could) you\b)/, ""],
  [/^ ?asked /, ""],
  [/\s+/g, " "],
];

/** Applied in this order. */
const REWRITES: readonly Rewrite[] = [
  ...HESITATION,
  ...CONTRACTIONS,
  ...IDIOMS,
  ...STOPS_AND_REPEATS,
  ...WRAPPERS,
];
