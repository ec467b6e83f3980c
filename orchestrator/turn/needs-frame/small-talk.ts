import { anywhere, atStart, whole } from "./rule.ts";

/** A sentence made of these words only asks nothing. */
const CHAT: ReadonlySet<string> = new Set(
  [
    "thanks thank you cheers hi hello hey there bye goodbye goodnight welcome please yes yeah yep yup no nope not nah ok okay",
    "alright fine good great cool nice perfect wonderful awesome amazing excellent lovely brilliant sure got understood indeed",
    "right sorry well so very much really too oh ah haha ha lol wow maybe perhaps exactly absolutely definitely of course",
    "morning afternoon evening night day later soon tomorrow today it i a lot all my for your help that is was the",
    "helpful funny kind sweet friend dear done job many ta and but then now same to have see mate million bunch again bad",
  ]
    .join(" ")
    .split(" "),
);

const CHAT_PHRASES = whole(
  "how are (?:you|things)(?: .*)?|how (?:is|was) (?:it going|your day|life|everything)|how do you do|what is up|how have you been",
  "(?:it is |it was )?(?:nice|good|lovely|great) (?:to meet|to see|to hear|talking|meeting|chatting)\\b.*|talking to you|long time no see",
  "you are (?:so |very |really |quite |such |a |an |the )*(?:helpful|funny|welcome|great|good|nice|kind|sweet|smart|best|amazing|right|wrong|star|angel|lifesaver|friend)(?: .*)?",
  "(?:i )?(?:love|like|hate) you|happy (?:birthday|new year|easter)|merry christmas|congratulations|bless you|good luck|see you(?: .*)?|talk to you (?:later|soon|tomorrow)|have a .*",
  "no not .*(?:forget|never).*|i (?:do not know|understand|am (?:fine|good|okay|ok|happy|sorry|back|ready|done|here|bored|tired))|me (?:too|neither)|my (?:bad|mistake|fault)|sounds (?:good|great|fine|right)|that (?:makes sense|helps|works|will do|fine)|it does not|let me think(?: .*)?|no need(?: .*)?|(?:we will |let us )?wait and see|looking good(?: .*)?|i will (?:see|check|try)|(?:that will be|that is|we are|i am) (?:all|done|finished|good)|what is (?:up|new)|(?:good|nice) to see you(?: .*)?|not (?:so|too|that) (?:fast|loud|quick|much|long|slow|quiet)|thanks .*|that was (?:all|it) matter|no (?:problem|worries|thanks)",
);

/** Greetings, thanks, and other words that only keep the talk going. */
export function isSmallTalk(sentence: string): boolean {
  if (CHAT_PHRASES.test(sentence)) return true;
  const words = sentence.split(" ", 9);
  return words.length < 9 && words.every((word) => CHAT.has(word)) && !UNFINISHED.test(sentence);
}

/** Chat words that are a question all the same. */
const UNFINISHED =
  /^(?:right|now|and|there|that|it|the|and now|is|is (?:it|that)\b.*|that is|it is)$|^(?:is|was|have)\b|\b(?:is|the)$/;

const TELLS = atStart(
  "(?:i|we|you|he|she|they) (?!still\\b|there\\b|here\\b|gone\\b|\\w+ing\\b|on\\b|off\\b|in\\b|at\\b|now\\b|see\\b)\\w+",
  "(?:my|our|his|her|their) \\w+(?: \\w+)? (?:is|was|are|were|has|have|had|said|says|died|broke|called|read|used|went|came|told|gave|got|made|bought|lives|works|plays|never|always|thinks?|wants?|likes?)\\b",
  "(?:that|this|the) (?!on\\b|off\\b|in\\b)\\w+ (?:was|were|is|are) (?!it\\b|this\\b)\\w+",
  "let us (?!look|see|check|find|read|go|get|cross)",
  "(?:it|that|this|there) (?:was|is|has|had|will|would|seems|sounds|makes|does|did|can|looks like (?:i|we|you|he|she|they|it))\\b",
  "(?:thank|thanks)\\b",
);

/** What makes of a statement a question about the surroundings. */
const ASKS = anywhere(
  "(?:need|want|like|love|trying|try|wish) (?:you )?to (?:know|see|find|read|check|look|identify|figure|get (?:to|out|in|past|on|off)|reach|cross|match|pick|choose|sit|hear|learn|change|book|rent|make|call|talk|go|enter|leave|throw|pay)",
  "need (?:a|an|some|the|help)|looking for|look for|can not (?:find|see|read|tell|make out|reach|open|get)|wonder|wondering",
  "do not know (?:what|which|where|who|whose|if|whether|how)|not sure (?:what|which|where|who|whose|if|whether)",
  "dropped|lost|missing|misplaced|spilled|spilt|fell|fallen|left (?:my|the|something)|hear (?:something|someone|somebody|a|an|the)|smell|feel something|touch(?:ed|ing)|bumped",
  "something|someone|somebody|stuck|trapped|holding|standing|facing|turned|moved|walked|pointing|in front|behind me|next to me|over (?:here|there)",
  "tell me|describe|read (?:it|this|the)|(?:is|are|does|has|did) (?:it|that|this|he|she|they|there) not|right|correct",
);

/** Something told, not asked: nothing in it wants an answer from the camera. */
export function isStatement(sentence: string): boolean {
  return TELLS.test(sentence) && !ASKS.test(sentence);
}
