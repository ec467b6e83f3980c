import { anywhere, atStart, HERE, request, type Rule } from "./rule.ts";

const LANGUAGES =
  "(?:spanish|french|german|italian|polish|english|chinese|mandarin|japanese|korean|russian|arabic|portuguese|dutch|latin|greek|swedish|hindi|turkish|ukrainian|hebrew)";

/** The word is about something that can be seen, not about a calendar or an inbox. */
const SHOWN = anywhere(
  "showing|newspaper|this|these|that one|on (?:the|this)|on my (?:screen|desk|wall|plate|table)|shows?|says?|written|letter|cards?|labels?|signs?|screen|displays?|poster|invitation|clock|reads|look(?:s|ing)?|see|envelope",
);

/** What calendars, phones and accounts keep. */
const KEPT =
  "(?:(?:shopping|grocery|to-?do|task|wish|packing|bucket) ?list|calendar|agenda|schedule|appointments?|visits?|meetings?(?! room)|reminders?|alarms?|timers?|e-?mails?|messages?|inbox|voicemail|calls|notifications?|playlist|contacts?|phone number)\\b";

/** Behind these words the thing is an object that lies somewhere. */
const OF_PAPER =
  " (?:here|clock|card|room|in front|on the|on my|on|off|open|empty|lying|hanging|mine|is on|is in|is hanging|paper|book|board|fall|fell)\\b";

/** The thing is looked for, not what it holds. */
const PLACED =
  /^(?:where|find|help me find|which|is (?:this|that)|(?:do|can) you see|describe|i dropped|i lost|did i (?:drop|leave))\b|\b(?:colou?r|near|behind|next to|look like|facing)\b/;

/** Requests and questions that a tool answers: time, weather, reminders, lists, messages, sums. */
export const TOOLS: readonly Rule[] = [
  {
    reason: "tool-time",
    what: "the time and the date",
    needed: false,
    when: anywhere(
      "is it (?:\\w+day|late|early|noon|midnight|time (?:for|to))|what time is it|what is the time(?! ?table| on)|what time it is|what the time is|need the time|time is it",
      "(?:what|which) (?:day|date|month|year|weekday) (?:of the \\w+ )?is (?:it|today)|what is (?:the|today's) (?:date|day)(?! stamp| on)|today's date|what day it is",
      "how (?:much time|long|many \\w+) (?:is |are )?(?:it |there )?(?:until|till)",
    ),
    unless: anywhere(
      "clock|watch|oven|microwave|screen|wall|display|board|stove|label|newspaper|paper|letter|receipt|calendar|this|says?|show(?:s|n)?",
    ),
  },
  {
    reason: "tool-weather",
    what: "the weather, but for what the sky looks like",
    needed: false,
    when: anywhere(
      "weather(?! (?:station|vane|house))|forecast|humidity",
      "(?:will|is|going|does)\\b.*\\b(?:rain|snow|sunny|storm)\\b.*\\b(?:today|tomorrow|tonight|later|weekend|\\w+day)",
      "will it (?:rain|snow|be (?:cold|hot|warm|sunny|windy|cloudy))|going to (?:rain|snow)",
      "(?:need|take) (?:an umbrella|a coat|a jacket)",
      "temperature (?:outside|today|tomorrow|tonight|in)",
    ),
    unless: anywhere(
      "window|sky|out there|look(?:s|ing)? (?:out|up|like it)|thermometer|thermostat|display|screen|clouds",
    ),
  },
  {
    reason: "tool-request",
    what: "reminders, lists, calls, messages, music, orders",
    needed: false,
    when: request(
      "remind me |set (?:a|an|the|my|another|up) |start (?:a|the|my) (?:timer|stopwatch|alarm|call)|wake me|snooze",
      "flip (?:a|the) coin|roll (?:a|the|some) dic?e|pick (?:a|any) (?:number|card)|take me home|bring me home|save (?:this|that|my|the|it)",
      "(?:lock|unlock|resume|restart|reset|connect|disconnect|pair|charge|enable|disable|activate|download|update|introduce|lower|raise|mute|unmute|repeat|shuffle|pronounce|spell|define|solve|calculate|compute|multiply|divide|subtract|say|use|start|begin|begin again|ignore|change|stop) |add |put .* (?:on|in|to|into) (?:my|the) (?:\\w+ )?(?:list|calendar|cart|basket|agenda|diary|notes?)\\b",
      "create |make (?:an? (?:\\w+ )?(?:note|list|call|reservation|reminder|appointment|booking))|schedule |cancel |reschedule ",
      "send |text (?!on|in|is|here|there|below|above|of)|message |e-?mail |call (?!this|that|it|the button)|phone (?!on|is|in)|ring |dial |reply to|hang up|tell (?!me|us)\\w+(?: \\w+)? (?:that|i|to|we)\\b|ask (?!you|if|what)\\w+|announce|broadcast|tweet",
      "play |order |book (?!on|in|is|the one)|reserve |buy |rent |pay |transfer |share my|post |install |subscribe|unsubscribe|log (?:my|in|out)",
      "google |look up|look .* up$|search (?:the (?:web|internet)|online|google|for (?:a )?(?:recipe|flight|hotel|train|restaurant))",
      "find (?:me )?(?:a|an|some|the best|out) (?:\\w+ )*?(?:recipes?|restaurants?|hotels?|songs?|podcasts?|plumber|doctor|dentist|flights?|website|film|movie|about|how|when|more)\\b|find (?:instructions|information)",
      "take (?:a |an? \\w+ )?(?:note|memo)|note (?:that|down)|write |remember (?:that|to|my|this for|i)\\b",
      "(?:turn|switch) (?:on|off|up|down) |(?:turn|switch) .* (?:on|off|up|down)$|switch to |dim ",
      "open (?:the|my|a)? ?(?:app|spotify|youtube|calendar|mail|settings|garage|blinds)\\b|navigate |(?:give me |get )?directions to",
      "check (?:my )?(?:e-?mails?|messages|calendar|schedule|balance|voicemail|inbox|the (?:weather|news|forecast|score|traffic)\\b(?! ?(?:board|station|vane|light|cone|sign)))",
      "read (?:me )?my (?:last |latest |new |next )*(?:message|e-?mail)\\b|read (?:me )?(?:my |the |all |any )*(?:last |latest |new |unread |next |recent |text |voice )*(?:messages|e-?mails|message from|e-?mail from|texts|notifications|inbox|voicemail|news)\\b(?! ?(?:paper|letter))|read (?:me )?(?:a|another|an) (?:story|poem|book|chapter|joke|bedtime)",
    ),
    unless:
      /\b(?:what|which|where|how|is|are)\b.*\b(?:this|these|that one)\b|\b(?:letter|screen|label|sign|door handle|light switch)\b|^(?:can|could) i (?:turn|open|buy|call|post|play|add|ring)|^i (?:want|need|have) to (?:turn|switch)/,
  },
  {
    reason: "memory-tool",
    what: "calendars, inboxes, contacts, accounts",
    needed: false,
    when: anywhere(
      `(?:my|any|new|next|unread|missed|latest|have(?: an?| some)?) (?:[\\w']+ ){0,2}${KEPT}(?!${OF_PAPER})`,
      `(?:on|from|off|to) (?:the|my) (?:\\w+ )?${KEPT}$|(?:time|minutes|long) (?:is )?(?:left|remaining)`,
      "(?:home|e-?mail|work|street) address|(?:phone|account|pin|passport|routing) (?:number|code) (?:of|for)|my (?:phone|account|pin|passport|routing) (?:number|code)",
      "(?:birthday|anniversary)(?! (?:cake|card|present|gift|party|balloon|candle)\\w*)|blood type|stock price|exchange rate|bitcoin",
      "(?:bank|account|checking|savings|credit) (?:balance|score|limit|account)|my (?:balance|income|salary|taxes|credit|savings|insurance)$",
      "(?:the|latest|any|today's) news|news about|headlines today|who (?:called|is calling|texted|emailed)|anyone (?:call|text|message)|(?:battery|charge) (?:do you|is left|life)|how much battery|wi-?fi password",
      "my (?:favou?rite|name|age|flight|password|job)(?! (?:tag|badge|plate|card|sign))|visa(?! (?:stamp|card|page))|phone number of|(?:any|new|unread) (?:mail|texts|calls)|who am i",
    ),
    unless: new RegExp(`${SHOWN.source}|${PLACED.source}`),
  },
  {
    reason: "tool-traffic",
    what: "traffic, timetables and music that no picture shows",
    needed: false,
    when: anywhere(
      "traffic (?:like |report|news|jam)?(?:on the|on my way|to|in|into)",
      "(?:song|music|tune|band) (?:is )?(?:this|that|it|playing)",
      "(?:flight|train|bus) (?:times|schedule|ticket)s? (?:to|from|for)|opening hours of|by (?:bus|train|car|bike|tram|subway|metro|plane|taxi)$|car rental",
    ),
    unless: anywhere("in front|ahead|outside"),
  },
  {
    reason: "translation",
    what: "words from one language into another",
    needed: false,
    when: new RegExp(
      `${request("translate ").source}|\\b(?:how (?:do|would|can|does) (?:you|i|we|one|they) (?:say|spell|pronounce|write)|how is .* (?:spelled|spelt|pronounced)|${LANGUAGES} (?:word|for|translation|term))\\b|\\b(?:say|word for|mean|means) .*\\bin ${LANGUAGES}$`,
    ),
    unless:
      /\b(?:this|these|sign|menu|label|letter|page|screen|written)\b|^(?:\w+ )*translate (?:it|that|the|what)\b/,
  },
  {
    reason: "calculation",
    what: "sums, units, and what words mean",
    needed: false,
    when: anywhere(
      "\\d+ ?[-+*x/÷×] ?\\d+|count (?:to|from|down|backwards)|calculate|square root|divided by|multiplied by|per ?cent (?:of|off)|convert|(?:plural|singular|past tense|abbreviation) of|rhymes? with",
      "(?:\\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\\w+teen|\\w+ty|hundred|thousand) (?:times|plus|minus|over|squared)",
      "how many [\\w ]{2,30} (?:are |is )?(?:there )?in (?:a|an|one)(?! row)",
      "(?:\\d+|\\w+) (?:dollars?|euros?|pounds|yen|degrees|miles|kilometers|kilometres|inches|feet|pounds|kilos?) in (?!the|my|this|her|his|their)\\w+",
      "opposite of|synonyms?|antonyms?|definition of|meaning of|define",
      "what does (?!this|that|it\\b|the\\b|my\\b|his\\b|her\\b|their\\b)[\\w' ]+ (?:mean|stand for)",
    ),
    unless: HERE,
  },
  {
    reason: "figure-of-speech",
    what: "seeing, looking and watching that is not meant",
    needed: false,
    when: anywhere(
      "do you see (?:as|the future|yourself|happening|coming in)|(?:how|where) do you see|overlook(?:ing|ed)?|opinion|(?:your|his|her|their) (?:view|take|thoughts?|outlook) on|thoughts on|looks like (?:i|we) (?:am|are|will|have|need)|paint (?:me )?a picture",
      "on tv (?:today|tonight)|(?:movie|film|series|show|documentary)s? (?:should|can|could|to|would)|watch (?:tonight|on tv|on netflix)",
      "looking for (?:advice|inspiration|information|love|ideas)|(?:good|bad|great|bright|nice) (?:plan|side)|(?:see|picture) (?:myself|yourself)|seeing is believing|(?:bright|clear) (?:idea|future|conscience|mind)|(?:future|outlook|economy|market)\\b.*\\blooks?|looks? .* (?:future|outlook)",
      "look(?:ing)? for (?:a |an |another )?(?:new |better |different )*(?:job|work|flat|apartment|partner|career)",
      "see if there is any news|see (?:a|the|my) (?:doctor|dentist|therapist|movie|film)",
      "point of view|big picture|mind's eye|see eye to eye|remains to be seen|the way (?:i|you|he|she) sees? (?:it|things)",
    ),
    unless: /\b(?:this|these|in front|poster|screen|on the wall|on the tv)\b/,
  },
  {
    reason: "device",
    what: "the phone itself and its connection",
    needed: false,
    when: anywhere(
      "(?:microphone|mic|internet|connection|battery|bluetooth|wi-?fi|hotspot|volume) (?:on|off|muted|low|full|connected|slow|working|charged|stable|okay|good|bad|down|up)",
      "am i muted|are we (?:online|offline|connected)",
    ),
    unless: anywhere("icon|symbol|light|led|screen|box|router|pack|on the|on my|in the"),
  },
  {
    reason: "not-now",
    what: "another time than now",
    needed: false,
    when: anywhere(
      "tomorrow|tonight|(?:on|for|by|until|next|last) (?:mon|tues|wednes|thurs|fri|satur|sun)days?|on weekends|next time|in the \\w+ century|yesterday|next (?:week|month|year)|last (?:night|week|month|year)|(?:years|days|weeks|months) ago|in (?:\\d+|two|three|ten) (?:days|weeks|months|years)",
    ),
    unless: SHOWN,
  },
  {
    reason: "hypothetical",
    what: "what if",
    needed: false,
    when: new RegExp(
      `${atStart("if|whether or not|suppose|imagine|assuming|what if|what would|what will happen if|would it|how would|pretend|let us say|say i|hypothetically").source}\\b.*\\b(?:would|were|could|had|moved|stopped|won|everyone|nobody|an? (?:blind )?(?:person|man|woman)|pay|lost|costs|became|lived|wanted|should)\\b|^(?:suppose|imagine|pretend|hypothetically|what if|what would happen|would you rather)\\b|^what would .* if\\b`,
    ),
    unless: HERE,
  },
];
