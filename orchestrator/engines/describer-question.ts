import { COCO_NAMES, isCocoName, PERSON, plural } from "../turn/coco.ts";

/** What a question wants to know, as far as a detector's boxes can tell. */
export type Asked =
  /** Are people there, who, am I alone? */
  | { readonly type: "people"; readonly count: boolean }
  /** Where is it, is it there, how many are there? `labels`: the classes that the user's word covers. */
  | {
      readonly type: "thing";
      readonly way: "where" | "present" | "count";
      readonly word: string;
      readonly labels: readonly string[];
    }
  /** Colours, writing, states, actions: no box tells. */
  | { readonly type: "unknowable"; readonly safety: boolean }
  | { readonly type: "scene" };

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
const PEOPLE = new RegExp(`\\b(?:${PEOPLE_WORDS})\\b`);
const SAFETY =
  /\b(?:safe(?:ly)?|dangerous|danger|hazard|risky|can i (?:cross|go|walk)|should i (?:cross|go))\b/;
/** No box tells a colour, writing, a condition or what somebody does. */
const UNKNOWABLE = anyOf(
  "colou?rs?|shade|pattern|red|green|blue|yellow|black|white|brown|pink|purple|gr[ae]y",
  "read|says?|written|text|writing|label|sign|letter|price|cost|how much|menu|expir\\w*|use by|best before|date|brand|flavou?r|number|title|name|message|which button|what button|click|press",
  "doing|wearing|holding|looking|feeling|smiling|expression|old|age|breed|kind|type|temperature|time|match(?:es)?|clothes|outfit|shirt|look like|i look",
);
/** Asks for whatever there is. */
const SCENE = anyOf(
  "describe|surroundings|around|in front|ahead|behind|beside|next to|overview|view|scene|look (?:again|around|at|for)|show|left|right|else|more|now",
  "what(?:'?s| is| are| do i have| have i got) (?:this|that|it|these|those|there|here|on|in|at|near|under)|(?:do|can) (?:you|i) see|any(?:thing)?",
);
const PRESENT = anyOf(
  "(?:is|are) there|any|(?:do|can) you (?:see|spot|detect)|(?:is|are) (?:that|this|it|those|these) an?",
);
/** A closed or a detailed question, which a list of things does not answer. */
const CLOSED = /^\W*(?:is|are|does|do|did|has|have|can|could|should|am|was|will|which|whose|why|when|how)\b/;
const WHERE = /\b(?:where(?:'?s|s)?|find|locate|look(?:ing)? for|which (?:way|side|direction))\b/;
const COUNT = /\b(?:how many|count|number of)\b/;

/** What the question asks for; whatever is not understood is answered like `what do you see?`. */
export function whatIsAsked(question: string): Asked {
  const text = question
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/\bremote control/g, "remote")
    .replace(/\s+/g, " ");
  if (SAFETY.test(text)) return { type: "unknowable", safety: true };
  const count = COUNT.test(text);
  const where = WHERE.test(text);
  const word = THING.exec(text)?.[1];
  const people = PEOPLE.test(text) || /\b(?:who(?:'?s)?|alone)\b/.test(text);
  const thing = (way: "where" | "present" | "count"): Asked | undefined =>
    word === undefined ? undefined : { type: "thing", way, word, labels: LABELS_OF.get(word) ?? [] };
  if (count && people) return { type: "people", count: true };
  if (count) return thing("count") ?? { type: "unknowable", safety: false };
  if (where)
    return (
      thing("where") ?? (people ? { type: "people", count: false } : { type: "unknowable", safety: false })
    );
  if (UNKNOWABLE.test(text)) return { type: "unknowable", safety: false };
  if (people) return { type: "people", count: false };
  const present = PRESENT.test(text) ? thing("present") : undefined;
  if (present !== undefined) return present;
  return CLOSED.test(text) && !SCENE.test(text) ? { type: "unknowable", safety: false } : { type: "scene" };
}

function anyOf(...alternatives: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${alternatives.join("|")})\\b`);
}
