/** Beyond this much speech only the beginning and the end are read. */
const LONGEST = 400;

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
    .split(/[.?!;\n]+(?=\s|$)/)
    .map(plain)
    .filter((sentence) => sentence !== "");
}

function plain(sentence: string): string {
  let text = sentence;
  for (const [pattern, replacement] of REWRITES) text = text.replace(pattern, replacement);
  return text.trim();
}

/** Applied in this order. */
const REWRITES: readonly (readonly [RegExp, string])[] = [
  // Hesitation and address.
  [
    /\b(?:u+m+|u+h+|e+r+m*|hm+|mm+|a+h+|huh|oh|kindly|please|pls|sightline|you know,|i mean,|, like,)(?![\w'])/g,
    " ",
  ],
  // Contractions.
  [
    /\b(what|where|who|how|that|it|he|she|there|here|when|which|why|every(?:one|body|thing)|any(?:one|body)|some(?:one|body|thing)|nobody)'s\b/g,
    "$1 is",
  ],
  [/\b(what|where|who|how|that|there|here)s\b(?! own)/g, "$1 is"],
  [/\bi ?'?m\b/g, "i am"],
  [/\bcan(?:'?t|not)\b/g, "can not"],
  [/\bwon'?t\b/g, "will not"],
  [/(\w)n't\b/g, "$1 not"],
  [/\b(do|does|did|is|are|has|have)nt\b/g, "$1 not"],
  [/'re\b/g, " are"],
  [/'ve\b/g, " have"],
  [/'ll\b/g, " will"],
  [/'d\b/g, " would"],
  [/\bwanna\b/g, "want to"],
  [/\bgonna\b/g, "going to"],
  // Idioms with visual or pointing words.
  [/^\s*(?:look|listen|see|right|now then|alright|well|so|ok(?:ay)?|anyway|actually|hey|hi|hello)\s*,/, " "],
  [/\b(?:let me see|let us see|let's see)\b(?: *,|$)|(?:^|,)\s*(?:as )?you see\s*,/g, " "],
  [
    /\bi (?:can )?see\b(?=\s*(?:,|$|and\b|thanks|thank|now$|why|how you|that makes|what you mean|your point))/g,
    " ",
  ],
  [/\b(?:do|did) you see (?:what|where|why) i\b.*/g, " "],
  [/\bsee (?:my|your|the) point\b/g, " "],
  [
    /\b(?:this|that|these|those|next|last) (?:morning|afternoon|evening|night|week|weekend|month|year|summer|winter|spring|autumn|time|minute|second|moment|days|century|season|conversation|term)\b/g,
    "today",
  ],
  [/\b(?:at|for) (?:the|a|this) (?:moment|minute|time being|second|while)\b/g, " "],
  [
    /\b(?:in|from) (?:my|your|his|her|their) (?:view|opinion|eyes|perspective|point of view|book)\b/g,
    " opinion ",
  ],
  [
    /\b(?:the way i see it|as i see it|as far as i can see|at first sight|in (?:the )?light of|on the other hand|by the way|in the (?:first place|long run|end|meantime|world|past)|out of the blue)\b/g,
    " ",
  ],
  [/\blook(?:ing|ed)? (?:forward to|up to|after|into)\b/g, "deal with"],
  [/^\s*(?:i )?(?:really )?deal with\b.*/, "i am happy"],
  [/\b(?:it|that|this) (?:is|makes it|made it) (?:very |quite |pretty )?clear\b(?: (?:to me )?that)?/g, " "],
  [
    /\bthat is (?:all|it|fine|okay|ok|great|good|right|correct|enough|nice|cool|wonderful|perfect|funny|interesting|helpful|amazing|true)\b/g,
    " fine ",
  ],
  // Stops inside a sentence, repeated words.
  [/[,:()"“”…—–*]+|\.{2,}/g, " "],
  [/\s+/g, " "],
  [/\b(\w+(?: \w+)?) \1\b/g, "$1"],
  // Words around the question itself.
  [
    /^ ?(?:and|but|so|then|now|well|okay|ok|alright|great|good|thanks|thank you|sorry|hey|hi|hello|excuse me|yes|yeah|also|maybe|quick question|one more (?:thing|question)|great job|nice)(?: (?:and|but|so|then|now|well|okay|great|thanks))* (?=\w+ \w+)/,
    "",
  ],
  [
    /\b(?:just|actually|basically|really|exactly|perhaps|kind of like|for me|to me|if you (?:can|could)|do you think|would you say)\b/g,
    " ",
  ],
  [
    /\b(?:would|do) you mind (describ|tell|read|look|check|help|repeat|speak|count|find|scan)(e?)ing\b/g,
    "$1$2",
  ],
  [/\bdescrib\b/g, "describe"],
  [/\s+/g, " "],
  [
    /^ ?(?:i was wondering|i wonder|i would like (?:you to|to know)|i want (?:you to|to know)|i need (?:you to|to know)|do you (?:happen to )?know|any idea|can you say|is it possible to)\b/,
    "",
  ],
  [
    /^ ?(?:if )?(?:you )?(?:can|could|would|will|may) (?:you|i|we) (?:maybe |possibly |quickly )?(?:tell|inform|show) (?:me|us)\b/,
    "tell me",
  ],
  [/^ ?tell (?:me|us) (?=(?:what|where|who|whose|which|how|when|why|if|whether|is|are)\b)/, ""],
  [/^ ?let me know (?=(?:what|where|who|which|how|when|if|whether)\b)/, "tell me "],
  [/^ ?(?:if|whether) (?=(?:you can|you could)\b)/, ""],
  [/\s+/g, " "],
];
