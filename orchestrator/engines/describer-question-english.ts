import { COCO_NAMES, isCocoName, PERSON, plural } from "../turn/coco.ts";
import type { QuestionWords } from "./describer-question.ts";

/** Users' words for the detector's classes; a word may cover several. */
const SYNONYMS: readonly (readonly [string, string])[] = [
  ["sofa settee loveseat", "couch"],
  ["phone phones mobile mobiles smartphone cellphone iphone", "cell phone"],
  ["television televisions telly tvs", "tv"],
  ["screen screens monitor monitors display", "tv,laptop"],
  ["bike bikes cycle", "bicycle"],
  ["motorbike motorbikes moped", "motorcycle"],
  ["plane planes aeroplane aeroplanes aircraft jet", "airplane"],
  ["puppy pup doggy guide-dog", "dog"],
  ["kitten kitty", "cat"],
  ["fridge fridges freezer", "refrigerator"],
  ["mug mugs", "cup"],
  ["glass glasses tumbler", "wine glass,cup"],
  ["remote-control remote-controls", "remote"],
  ["computer computers notebook", "laptop,keyboard"],
  ["table tables desk desks", "dining table"],
  ["plant plants houseplant flowerpot", "potted plant"],
  ["bag bags", "handbag,backpack,suitcase"],
  ["purse purses", "handbag"],
  ["rucksack rucksacks schoolbag", "backpack"],
  ["luggage baggage trolley-case", "suitcase"],
  ["loo lavatory", "toilet"],
  ["basin washbasin", "sink"],
  ["stove cooker hob", "oven"],
  ["ball balls football", "sports ball"],
  ["lorry lorries", "truck"],
  ["van vans taxi taxis cab", "car,truck"],
  ["ship ships ferry", "boat"],
  ["tram trams", "train,bus"],
  ["hydrant", "fire hydrant"],
  ["traffic-signal traffic-signals", "traffic light"],
  ["vehicle vehicles", "car,bus,truck,motorcycle,train"],
  ["animal animals pet pets", "dog,cat,bird,horse,sheep,cow,elephant,bear,zebra,giraffe"],
  ["fruit fruits", "banana,apple,orange"],
  ["food", "banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake"],
  ["cutlery silverware", "fork,knife,spoon"],
  ["seat seats somewhere-to-sit place-to-sit", "chair,couch,bench"],
  ["doughnut doughnuts", "donut"],
  ["hairdryer hair-dryer", "hair drier"],
  ["teddy", "teddy bear"],
  ["racket racquet", "tennis racket"],
];

const PEOPLE_WORDS =
  "people|persons?|anyone|anybody|someone|somebody|nobody|no one|everyone|everybody|(?:wo)?m[ae]n|guys?|lad(?:y|ies)|girls?|boys?|kids?|child(?:ren)?|bab(?:y|ies)|humans?|pedestrians?|strangers?|waiters?|waitress|crowd";

const LABELS_OF: ReadonlyMap<string, readonly string[]> = new Map([
  ...COCO_NAMES.filter((name) => name !== PERSON).flatMap((name): [string, readonly string[]][] => [
    [name, [name]],
    [plural(name).toLowerCase(), [name]],
  ]),
  ...SYNONYMS.flatMap(([words, labels]) =>
    words
      .split(" ")
      .map((word): [string, readonly string[]] => [
        word.replaceAll("-", " "),
        labels.split(",").filter(isCocoName),
      ]),
  ),
]);

/** Longer names first, so that `hot dog` is not a dog. */
const THING = new RegExp(`\\b(${[...LABELS_OF.keys()].sort((a, b) => b.length - a.length).join("|")})\\b`);

export const QUESTION_ENGLISH: QuestionWords = {
  normal: (question) =>
    question
      .toLowerCase()
      .replace(/[’‘]/g, "'")
      .replace(/\bremote control/g, "remote")
      .replace(/\s+/g, " "),
  safety: /\b(?:safe(?:ly)?|dangerous|danger|hazard|risky|can i (?:cross|go|walk)|should i (?:cross|go))\b/,
  count: /\b(?:how many|count|number of)\b/,
  where: /\b(?:where(?:'?s|s)?|find|locate|look(?:ing)? for|which (?:way|side|direction))\b/,
  people: anyOf(PEOPLE_WORDS, "who(?:'?s)?|alone"),
  unknowable: anyOf(
    "colou?rs?|shade|pattern|red|green|blue|yellow|black|white|brown|pink|purple|gr[ae]y",
    "read|says?|written|text|writing|label|sign|letter|price|cost|how much|menu|expir\\w*|use by|best before|date|brand|flavou?r|number|title|name|message|which button|what button|click|press",
    "doing|wearing|holding|looking|feeling|smiling|expression|old|age|breed|kind|type|temperature|time|match(?:es)?|clothes|outfit|shirt|look like|i look",
  ),
  present: anyOf(
    "(?:is|are) there|any|(?:do|can) you (?:see|spot|detect)|(?:is|are) (?:that|this|it|those|these) an?",
  ),
  closed: /^\W*(?:is|are|does|do|did|has|have|can|could|should|am|was|will|which|whose|why|when|how)\b/,
  scene: anyOf(
    "describe|surroundings|around|in front|ahead|behind|beside|next to|overview|view|scene|look (?:again|around|at|for)|show|left|right|else|more|now",
    "what(?:'?s| is| are| do i have| have i got) (?:this|that|it|these|those|there|here|on|in|at|near|under)|(?:do|can) (?:you|i) see|any(?:thing)?",
  ),
  thing(text) {
    const word = THING.exec(text)?.[1];
    return word === undefined ? undefined : { none: `no ${word}`, labels: LABELS_OF.get(word) ?? [] };
  },
};

function anyOf(...alternatives: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${alternatives.join("|")})\\b`);
}
