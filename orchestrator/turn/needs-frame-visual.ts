import { anywhere, atStart, type Rule } from "./needs-frame-rule.ts";

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

/** About what is in front of the user. */
export const VISUAL: readonly Rule[] = [
  visual("screen", "the shared screen", SCREEN),
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
  visual("where", "places of things", anywhere("where|which way")),
  visual(
    "scene-state",
    "a question about definite things or the user's own doings",
    new RegExp(
      `${atStart("(?:is|are|am|was|were|has|have|had|do|does|did|can|could|should|may|will|what|which|how|any|when|why)").source}\\b`,
    ),
  ),
];

function visual(reason: string, what: string, when: RegExp): Rule {
  return { reason, what, needed: true, when };
}
