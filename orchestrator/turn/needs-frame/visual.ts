import { anywhere, request, type Rule } from "./rule.ts";

/** The shared screen and what is on it. */
export const SCREEN = anywhere(
  "screens?|screenshot|monitor|cursor|mouse pointer|click|clicking|tap (?:on|next|here|now)|button|icons?|tabs?|pop-?ups?|pop up|dialog(?:ue)?|error message|desktop|browser|taskbar|toolbar|web ?page|website|scroll(?:ed|ing)?|text field|which field|checkbox|drop-?down|submit|log ?in|download(?:ing)?|settings|app|loading|progress bar|window is (?:open|in front|active)",
);

/** Small text is to be read. */
export const READING = anywhere(
  "read|reads|written|writing|handwriting|handwritten|labels?|expir\\w*|best before|use-? ?by|sell by|ingredients?|allergens?|dosage|dose|instructions|medic(?:ine|ation)s?|prescription",
  "letter|envelope|mail|post(?:card|er)|menu|signs?|price|price tag|cost|how much|receipt|bill|invoice|name ?plate|serial number|bar ?code|qr code|timetable|departure|headline|newspaper|magazine|book|page|title|print|printed",
  "text|texts|words|paragraph|note|notes|card|ticket|package|packet|packaging|calories|nutrition|contain|contains|warnings?|brand|flavou?r|number|licen[cs]e plate|total|due|amount|address(?:ed)?|sender|spell|says?|spelled",
);

/** What no picture shows, though it is spoken of as definite. */
const ABSTRACT =
  "(?:name|age|job|life|career|visa|flight|trip|password|tax(?:es)?|future|past|plans?|ideas?|problems?|questions?|answers?|dreams?|marriage|relationship|mood|health|diet|budget|rent|loan|mortgage|insurance|schedule|horoscope|country|laws?|rules?|history|economy|war|world|weather|time|date|difference|meaning|point|reason|cause|best|worst|most|least|only way|chances?|odds|rate|average|population|capital|language|religion|story|plot|recipe|secret|truth|news|score|election|value|definition|formula|theory|concept|process|role|effects?|benefits|symptoms|side effects|treatment|cure|risks?|rest|opposite|internet|government|stock|company|school|university|weekend|week|month|year|holidays?|vacation|birthday|anniversary|mind|opinion|thoughts?|feelings?|soul|english|grammar|battery life|answer|model|system|conversation|conversations|device|phone's|first (?:man|woman|person|president|country)|\\w{2,}est (?!one|box|thing))";

/** After such a word the noun before was the head of its phrase: `the score of`, but not `the score board`. */
const FUNCTION_WORD =
  "(?:of|for|in|on|at|to|and|or|with|from|by|about|between|is|are|was|were|be|does|do|did|can|should|will|would|has|have|if|when|that|like|again|today|you|i|we|they|it|going|work|works)";

/** Conditions that are seen. */
const STATE =
  "(?:on|off|in|out|up|down|open|closed|shut|locked|unlocked|ready|done|finished|cooked|burnt|burning|boiling|melted|frozen|ripe|rotten|moldy|mouldy|full|empty|clean|dirty|dusty|broken|cracked|torn|wet|dry|lit|dark|bright|straight|crooked|level|loose|visible|free|taken|occupied|busy|asleep|awake|home|back|gone|coming|arriving|leaving|waiting|standing|sitting|moving|parked|plugged|connected|blocked|crowded|served|arrived|fallen|stained|wrinkled)$";

/** What ties a sentence to the here and now: without any of it a question is about things in general. */
const PRESENT = anywhere(
  "this|these|those|that|it|he|she|him|her|his|hers|they|them|their|here|there|now|(?:the|my|our|its) \\w+",
  "in front|ahead|around|behind|outside|opposite (?:me|us)|left|right|up|down|which (?!languages?|country|countries|year|model|company|planet|animals?|foods?|people|states?|city|cities)\\w+|where|another",
  "(?:any|some|every|no)(?:one|body|thing|where)|any",
  "i am|am i|are we|(?:did|have|had) (?:i|we)|do (?:i|we) (?:have|look|need to)|(?:do|can) you (?:see|spot|find|read)|you see",
  "(?:who|what|which|(?:what|which)(?: \\w+){1,2}) (?:is|are) (?:\\w+ing|open|on|off|closed|lit|empty|full|free|left|new|next|different|wrong|on|in|at|under|near|beside|written)",
  "how many \\w+(?: \\w+)? (?:are|is|have|do you|can you)|what colou?r",
);

const MOVING =
  "(?:go|get (?:in|out|on|off|up|down|by|past|through|to|across)|walk|cross|turn|step|stop|move|back up|sit|enter|pass|stand|hold|tilt|raise|lower|zoom|duck|reach|keep|point|aim|face|press|click|tap)";

/** Asks to be led, warned, or told when something happens. */
const GUIDANCE = new RegExp(
  [
    request(
      "(?:walk|guide|lead|direct|point|bring|get|steer|warn|alert) me (?:to|towards?|past|around|through|out|over|when|if|not)\\b",
      "take me (?:to|past|around|out)\\b|(?:tell|warn|alert) me (?:when|if|once|as soon as)\\b|help me (?:find|cross|pick|choose|match|sort|get)\\b",
      "(?:watch|keep (?:looking|watching|an eye (?!on the (?:news|market|weather))))\\b",
    ).source,
    `\\b(?:can|should|do|may|must|could|shall) (?:i|we) (?:now |safely |still |already |just )*(?:need to |have to )?${MOVING}\\b`,
    "\\b(?:happening|going on)\\b",
  ].join("|"),
);

/** Asks the assistant to use its eyes. */
const LOOKING = request(
  "(?:read|describe|look|find|check|scan|take (?:a |an? \\w+ )?(?:look|picture|photo|snapshot|shot)|count|identify|watch|zoom|compare|inspect|locate|search|spot|pick|choose|match|sort|examine|recogni[sz]e|show me (?!how))\\b",
);

/** Whether the sentence can only be meant here and now, or is too short to tell. */
export function isAboutHere(sentence: string): boolean {
  return (
    PRESENT.test(sentence) ||
    GUIDANCE.test(sentence) ||
    LOOKING.test(sentence) ||
    sentence.split(" ", 5).length <= 3
  );
}

/** About what is in front of the user. */
export const VISUAL: readonly Rule[] = [
  visual("screen", "the shared screen", SCREEN),
  visual("guidance", "to be led, warned, or told when something happens", GUIDANCE),
  visual("reading", "something to be read", READING),
  visual(
    "visual-verb",
    "looking, describing, finding, and the camera itself",
    anywhere(
      "see|seen|look|looks|looking|watch|watching|spot|describe|description|view|visible|show|shown|shows|scan|identify|recogni[sz]e|notice|find|locate|search|count|check|inspect|compare|guide|overview",
      "out (?:of )?the window|photo|picture|image|snap(?:shot)?|video|camera|lens|zoom|focus|in (?:the )?(?:frame|shot)|blurry|blurred|sharp|upside|sideways|framed?|point(?:ing|ed)?|aim(?:ing)?|facing|scene|surroundings|environment",
    ),
  ),
  visual(
    "person",
    "people",
    anywhere(
      "any(?:one|body)|some(?:one|body)|every(?:one|body)|nobody|no one|people|persons?|(?:wo)?m[ae]n|guys?|lad(?:y|ies)|girls?|boys?|kids?|child(?:ren)?|bab(?:y|ies)|crowd(?:ed)?|strangers?|waiter|waitress|driver|cashier|teacher|doctor|nurse|friend|husband|wife|mom|mum|mother|dad|father|son|daughter|brother|sister",
      "he|she|him|her|his|hers|they|them|their|alone|who is|whose|who are",
    ),
  ),
  visual(
    "deictic",
    "pointing words",
    anywhere(
      "this|these|those|that|here|there|it|ones?|now|left|right|ahead|behind|front|beside|next to|above|below|under|underneath|opposite|around|nearby|close(?:st|r)?|near(?:est|by)?|far away|outside|inside|up|down|higher|lower|further|again|else|other|another|both|same",
    ),
  ),
  visual(
    "where",
    "places of things, and choices between things",
    anywhere(
      "where|which|how many|(?:what|who) (?:\\w+ ){0,3}(?:is|are) (?:on|in|at|under|over|behind|beside|near|next to)",
    ),
  ),
  visual(
    "definite-thing",
    "something or somebody definite, as only what is present can be, or the user's own doings",
    anywhere(
      `(?:the|my|his|her|their|our|its) (?!${ABSTRACT}(?:$| ${FUNCTION_WORD}\\b))\\w+`,
      `(?:am i|are we|did (?:i|we)|have (?:i|we)|do (?:i|we) (?:have|look)) (?!too old|overlook|eligible|allowed|crazy|pregnant|able|the only)`,
      "(?:is|are|were|was) (?:some|any|every|no|all|both|one|two|three)",
      `(?:is|are|has|have) (?:the |my )?\\w+(?: \\w+)? ${STATE}`,
    ),
  ),
];

function visual(reason: string, what: string, when: RegExp): Rule {
  return { reason, what, needed: true, when };
}
