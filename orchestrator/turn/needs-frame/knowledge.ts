import { anywhere, atStart, DEFINITE, HERE, request, type Rule } from "./rule.ts";

/** Things that everybody knows of and nobody asks a camera about. */
const NAMED =
  "(?:nearest star|planets|rainbow|alphabet|human (?:eye|brain|heart|ear)|retina|nile|alps|himalayas|white house|vatican|kremlin|beatles|dinosaurs|ice age|north pole|south pole|ozone layer|greenhouse effect|moon landing|black death|industrial revolution|renaissance|metric system|wright brothers|civil war|berlin wall|holocaust|moon|sun|earth|mars|venus|jupiter|saturn|universe|galaxy|solar system|eiffel|everest|louvre|colosseum|taj mahal|big ben|mona lisa|sistine|statue of liberty|great wall|pyramids?|titanic|atlantic|pacific|oceans?|equator|amazon|sahara|roman empire|french revolution|(?:first |second )?world war|cold war|middle ages|world cup|olympics?|super bowl|bible|quran|koran|constitution|european union|united (?:states|nations|kingdom)|president|prime minister|chancellor|pope|queen|king of|government|economy|stock market|internet|human body|heart attack|big bang|periodic table|speed of light|meaning of life)";

/** Of these there is one in front of somebody: `the bottle of milk`. */
const CONTAINER =
  "(?:bottle|box|jar|bag|can|cup|glass|piece|slice|pack|packet|bowl|tin|tube|carton|picture|photo|pile|stack|pair|bunch|row|side|end|top|bottom|back|front|edge|rest|brand|label|number|expiry)\\b";

const PLACES =
  "(?:africa|america|argentina|asia|athens|australia|austria|barcelona|beijing|belgium|berlin|boston|brazil|canada|chicago|chile|china|cuba|denmark|dublin|edinburgh|egypt|england|europe|finland|florida|france|germany|greece|hawaii|hungary|iceland|india|iran|iraq|ireland|israel|istanbul|italy|japan|kenya|korea|lisbon|london|madrid|mexico|moscow|munich|new york|new zealand|nigeria|norway|oslo|paris|peru|poland|portugal|prague|rome|russia|scotland|singapore|spain|stockholm|sweden|switzerland|sydney|texas|thailand|tokyo|toronto|turkey|ukraine|vienna|vietnam|wales|warsaw|washington|zurich)";

const PEOPLE_OF_NOTE =
  "(?:hamlet|shakespeare|mozart|einstein|beethoven|picasso|napoleon|hitler|cleopatra|lincoln|obama|trump|biden|putin|newton|darwin|louis braille|helen keller)";

const SIZES =
  "(?:tall|far|old|deep|high|long|big|heavy|hot|fast|wide|cold|large|strong|expensive|dangerous|healthy|common|important|loud|small)";

/** Questions that a book answers; anything that points at the here and now is none of them. */
export const KNOWLEDGE: readonly Rule[] = [
  knowledge(
    "how long things in general may or must",
    atStart(`how long (?:can|do|does|should|will|must|is|are) (?!${DEFINITE}\\b)`),
    /\b(?:this|these|those)\b/,
  ),
  knowledge(
    "who did something once, or who somebody famous is",
    atStart(
      `who (?:wrote|invented|discovered|won|founded|composed|sang|sings|directed|directs|played|plays|reads|presents|appears|stars|lived|hosts|was|were|killed|ruled|painted|designed|built) (?!(?:that|this|it|here|there|the (?:one|guy|man|woman))\\b)`,
      `who is (?!${DEFINITE}\\b|an? |\\w+ing\\b|behind|beside|near|nearby|next|with|around|up|outside|inside|closest|nearest|visible|present)\\w+(?: \\w+){0,3}$`,
    ),
  ),
  knowledge(
    "when and why, but for dates in print and what happens now",
    atStart(
      `when (?!.*\\b(?:this|these|that|it|expir\\w*|due|coupon|ticket|letter|bill|before|package|label|sign|poster|opens?|closes?|board|light|he|she|they|i can|can i|someone|barcode|bus|train|tram|look|should i)\\b)`,
      `why (?:do|does|did|can|would|should|was|were) |why (?!${DEFINITE}\\b|is|are|am|do|does|did|was|were|has|have|can|could|should|would|will|not|now)\\w+|why (?:is|are) (?:the (?:sky|sea|ocean|grass|sun|moon|earth)|(?!${DEFINITE}\\b)\\w+)`,
    ),
  ),
  knowledge(
    "how big, how many, how long, of things in general",
    atStart(
      `how ${SIZES} (?:is|are|was|were) (?!${DEFINITE}\\b)\\w+`,
      `how (?:${SIZES}|much|many|often) (?:\\w+ )?(?:is|are|does|do|did|can|should|will|would|has|have|was|were) (?:an?|one|most|some people|people usually|a typical) `,
      "how (?:far|long) .*\\bfrom \\w+(?: \\w+)? to \\w+",
      "how (?:long|often|many times) (?:should|does|do|can|will|must|would|did|has)\\b",
      "how many (?!.*\\b(?:there|here|in the|on the|the|my|left|can you|do you|see|it|are (?:\\w+ing|in|on|at|free|left|open|closed|empty|full|taken|lit|missing|broken|ripe|done|ready|visible|wrapped|lined|parked))\\b)",
    ),
  ),
  knowledge(
    "how something is done",
    atStart(
      "how (?:do|does|can|could|should|would|did|to|might)\\b(?!.*\\b(?:look(?! up| for| after)|looks|it|the|get (?:to|out|past|around|through|in|there)|reach|my|hold)\\b)",
      "how (?:do|does) (?!it|this|that).* (?:work|function|fly|form|grow|communicate|breathe|migrate|reproduce)$",
      "how (?:do|does|can|should|to)\\b.* (?:an?|some|\\w+s) [\\w ]*(?:\\b(?:know|tell) (?:when|if|that|whether)|in general)\\b",
      "how (?:do|does|can|should|to|could|might) (?:i |you |we |one |people )?(?:get|clean|make|cook|bake|wash|remove|fix|repair|prepare|jump|change|grow|learn|become|train|teach|improve|save|lose|treat|build|find out|organi[sz]e|store)\\b(?! (?:it|to|out|past|around|through|in|there|this|that|these|the (?:door|exit|counter|other|table|stairs|elevator|lift|bathroom|toilet|street))\\b)",
    ),
  ),
  knowledge(
    "facts with a name of their own",
    anywhere(
      "(?:are|is) (?:in|on) an? |(?:are|is) in (?:january|february|march|april|may|june|july|august|september|october|november|december)|elections?|on (?:holiday|vacation)|(?:drive|flight|trip|journey|ride|commute) (?:to|from)|capital (?:city )?of|population of|currency (?:of|in)|language (?:is|do)\\b.*\\bspeak|history of|plot of|author of|boiling point|freezing point|speed of (?:light|sound)|distance (?:between|from)|difference between|best way to|purpose of|symptoms of|side effects of|causes? (?:of|for)|what causes|benefits of|advantages of",
      `in general|generally|usually|normally|typically|on average|in the world|(?:normal|recommended|usual|typical|standard|maximum|average) \\w+ (?:of|for)|the \\w+ of an?|(?:in|on|of) (?:mars|the moon|${PLACES})|of all time|next (?:week|month|year)|ever (?:lived|made|built|recorded)`,
      "flag of|\\w+(?:ian|ish|ese|can) flag|which (?:planet|country|continent|river|ocean|city|element)|what (?:year|century) (?:did|was)",
      `(?:about|describe|explain|of|did|does|from|around|in|on|who is|who was|how \\w+ (?:away )?(?:is|are|was)|what is|what are|were) (?:the )?${NAMED}(?!'s| (?:out|visible|up|shining|setting|behind|low|say|look|show|box|card|picture|poster|stamp|board|bus|logo|sign|piece|router)\\b)`,
      `(?:in|during) (?:\\d{4}|ancient|medieval)|${PEOPLE_OF_NOTE}`,
      "recipes?(?! (?:card|book|box|say))|jokes?|riddle|fun fact|trivia|poem about|story about|horoscope|(?:meal|dinner|lunch|breakfast|gift) (?:idea|suggestion|recommendation)s?|(?:suggestions|recommendations|ideas|tips) for",
    ),
  ),
  knowledge(
    "what a kind of thing is, looks like or does",
    atStart(
      `(?:what|which) (?:colou?rs?|shapes?|sizes?|sounds?) (?:is|are|do|does|make|makes) (?!${DEFINITE}\\b)\\w+`,
      "(?:what|which|who) (?:is|are|was|were) the (?:best(?! before| by)|worst|most|least|average|typical|(?!near|clos|lat)\\w{2,}est|(?:second|third|first) \\w+est|first (?:man|woman|person|president|country|animal)) (?!one\\b|thing|box)",
      `(?:what|which|who) (?:is|are|was|were) the (?!${CONTAINER})(?:\\w+ ){1,3}(?:of|for) (?!${DEFINITE}\\b|\\w+'s)\\w+(?!.*\\b(?:in|on|at|under|behind|beside|near|next to) (?:the|my|this)\\b)`,
      "(?:what|which) (?:year|century)\\b",
      "what does it mean (?:to|when|if)\\b|what makes (?!that|this|it|the (?:noise|sound))",
      `what (?:is|are) (?!${DEFINITE}\\b)\\w+(?: \\w+)? (?:made of|made from|used for|known for|famous for|good for|short for)$`,
      `what (?!${DEFINITE}\\b|is|are|was|were|do|does|did|can|could|has|have|will|would|should|am|kind|type|colou?r|about)\\w+ (?:is|are|means|looks like)$`,
      `what (?:do|does|did) (?!${DEFINITE}\\b)(?:\\w+ )?\\w+s (?:look|sound|taste|smell|feel) like`,
      `what (?:is|are) in (?!${DEFINITE}\\b)`,
      `which \\w+ (?:did|do|does|can|should|would) (?!${DEFINITE}\\b)\\w+`,
      "what (?:do|does) .*\\b(?:an? )[\\w ]* mean$",
      `what (?:do|does|did) (?:an? |(?!${DEFINITE}\\b)\\w+s\\b)`,
      `what (?:is|are) (?:an? (?!\\w+ (?:doing|lying))|(?!${DEFINITE}\\b|\\w+ing\\b|ahead|behind|beside|next|near|around|inside|outside|under|above|below|between|new|left|up|different|wrong|blocking|off|happening|\\w+ed\\b)\\w+(?: \\w+){0,2}$)`,
      `(?:do|can|did|are|have) (?!${DEFINITE}\\b|people|cars|kids|children|lights|stairs|steps|chairs|tables|seats|things|others|his|hers|yours)\\w+s\\b`,
      "is (?:an? \\w+ (?:an? |the |considered|bigger|better|healthier|more|a kind)|\\w+ (?:good|bad|healthy|dangerous|harmful|toxic|poisonous|unhealthy) (?:for|to))",
      "(?:can|may|should|could) (?:i|you|we|one) (?:bring|take|eat|drink|use|mix|wear|carry|have|fly|travel|freeze|keep) .*\\b(?:on|with|in|to|before|after) (?:an?|\\w+ing|\\w+s)\\b",
      "is it (?:safe|healthy|okay|ok|dangerous|bad|good|fine) to (?:drink|take|eat|mix|give|use|swim|travel|freeze|reheat|leave|sleep|fly|wash|wear|stare|have|say|ask)\\b(?! (?:it|that))",
      "make me (?:laugh|smile|happy)|is it (?:wrong|right|moral|fair) to|is it (?:true|legal|normal|possible|worth|better to|healthy|(?:bad|good|ok|okay|fine|rude) to (?!go|walk|cross|turn|step|move|sit|enter|start|stop|come|leave)|common)\\b",
      "is there (?:a god|life|any (?:chance|evidence|reason|proof|point|truth|difference)|such)\\b",
    ),
  ),
  knowledge(
    "where in the world",
    atStart(
      `where (?:do|does|did|can|could) (?!${DEFINITE}\\b)`,
      "where (?:can|could|do|should) i (?:buy|order|learn|study|invest|apply|rent|watch)\\b",
      `where (?:is|are|was|were) (?:the )?(?:${PLACES}|${NAMED})\\b`,
      "where (?:was|were) .*\\b(?:born|invented|built|made|founded)\\b",
    ),
  ),
  knowledge(
    "tell, explain, name, write, suggest",
    request(
      `(?:tell|give|sing|name|list|recommend|suggest|explain|teach|define|make up|invent|describe)(?: me| us)? (?:about (?!${DEFINITE}\\b)|an? (?!overview|description|hint|summary of (?:the|this)|look|idea of|picture|quick|complete|full|detailed|short|brief|bit|little)|another |some (?!more|details|info)|three |five |ten |a few |ideas|advice|tips|how .* works?|why |what (?:an? |\\w+s (?:is|are))|(?!${DEFINITE}\\b|what\\b|where\\b|how\\b|who\\b|whose\\b|us\\b|an?\\b|about\\b|more\\b|if\\b|whether\\b|when\\b|why\\b|surroundings|objects|people|directions|again|details)\\w+)`,
      `describe what (?!${DEFINITE}\\b|i\\b|is)\\w+`,
      `(?:describe|explain|tell me about) the (?!${CONTAINER})\\w+ of (?!${DEFINITE}\\b)\\w+$`,
      "(?:hear|learn|know|talk) (?:about )?(?:an? |some |something |more about (?!this|the |it|him|her))",
    ),
  ),
  knowledge(
    "what one should do, eat, wear, watch",
    anywhere(
      "what (?:\\w+ )?(?:should|could|can|shall|do|would) (?:i|we|you|people) (?:usually |normally )?(?:look for|cook|make|wear to|eat for|have for|watch|read next|get (?:my|him|her)|buy|do (?:today|tonight|about|if|when|tomorrow|with my life)|give|say to|write|learn|recommend|suggest)",
    ),
  ),
];

function knowledge(what: string, when: RegExp, unless = HERE): Rule {
  return { reason: "general-knowledge", what, needed: false, when, unless };
}
