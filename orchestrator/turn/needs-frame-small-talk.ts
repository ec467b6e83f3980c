import { anywhere, atStart, whole } from "./needs-frame-rule.ts";

/** A sentence made of these words only asks nothing. */
const CHAT: ReadonlySet<string> = new Set(
  [
    "thanks thank you cheers hi hello hey there bye goodbye goodnight welcome please yes yeah yep yup no nope not nah ok okay",
    "alright fine good great cool nice perfect wonderful awesome amazing excellent lovely brilliant sure got understood indeed",
    "right sorry well so very much really too oh ah haha ha lol wow maybe perhaps exactly absolutely definitely of course",
    "morning afternoon evening night day later soon tomorrow today it i a lot all my for your help that is was the",
    "helpful funny kind sweet friend dear done job and but then now same to have see mate",
  ]
    .join(" ")
    .split(" "),
);

const CHAT_PHRASES = whole(
  "how are (?:you|things)(?: .*)?|how (?:is|was) (?:it going|your day|life|everything)|how do you do|what is up|how have you been",
  "(?:it is |it was )?(?:nice|good|lovely|great) (?:to meet|to see|to hear|talking|meeting|chatting)\\b.*",
  "you are (?:so |very |really |quite |such |a |an |the )*(?:helpful|funny|welcome|great|good|nice|kind|sweet|smart|best|amazing|right|wrong|star|angel|lifesaver|friend)(?: .*)?",
  "(?:i )?(?:love|like|hate) you|happy (?:birthday|new year|easter)|merry christmas|congratulations|bless you|good luck|see you(?: .*)?|talk to you (?:later|soon|tomorrow)|have a .*",
  "no not .*(?:forget|never).*|i (?:do not know|understand|am (?:fine|good|okay|ok|happy|sorry|back|ready|done|here|bored|tired))|me (?:too|neither)|my (?:bad|mistake|fault)|sounds (?:good|great|fine|right)|that (?:makes sense|helps|works|will do|fine)|fine|it does not matter|no (?:problem|worries|thanks)",
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
  "i (?:am|was|have|had|think|thought|feel|felt|like|love|hate|want|need|hope|guess|know|do|did|could|would|will|went|just|always|never|usually|prefer|believe|say|used|work|live|can)\\b",
  "(?:we|he|she|they|you) (?:are|is|was|were|have|has|had|said|think|went|will|would|do|did|seem|should)\\b",
  "(?:my|our) \\w+(?: \\w+)? (?:is|was|are|were|has|had|said|says|died|broke)\\b",
  "(?:it|that|this) (?:was|is|has|had|will|would|seems|sounds|makes)\\b",
  "(?:thank|thanks)\\b",
);

/** What makes a statement a question about the surroundings. */
const ASKS = anywhere(
  "what|where|who|which|how|whether|if|why|whose|is (?:this|that|it|there)|are (?:there|they|these)",
  "looking for|look for|find|lost|lose|missing|dropped|drop|fell|holding|standing|facing|can not (?:see|read|tell|make out)|wonder|see|read|identify|describe|describing|check|look at|stuck|trapped|touch(?:ed|ing)|smell|hear|something|someone|somebody|anything|in front|behind|left|right|around|over (?:here|there)|turned|moved|put|left my|spilled|spilt",
);

/** Something told, not asked: nothing in it wants an answer from the camera. */
export function isStatement(sentence: string): boolean {
  return TELLS.test(sentence) && !ASKS.test(sentence);
}
