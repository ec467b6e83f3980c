import { countedInGerman } from "./coco-german.ts";
import type { Language } from "./language.ts";
import { numberWord, withArticle } from "./words.ts";

/** The label of people among the detector's classes. */
export const PERSON = "person";

/** How the detector's 80 classes are spoken; `people` also name what users call the class. */
interface Noun {
  readonly one: string;
  readonly many: string;
  /** Said without a number or an article: `some broccoli`. */
  readonly mass: boolean;
}

const IRREGULAR: Readonly<Record<string, Partial<Noun>>> = {
  person: { many: "people" },
  knife: { many: "knives" },
  mouse: { many: "mice" },
  sheep: { many: "sheep" },
  tv: { one: "TV", many: "TVs" },
  "sports ball": { one: "ball", many: "balls" },
  "hair drier": { one: "hair dryer", many: "hair dryers" },
  skis: { one: "pair of skis", many: "pairs of skis" },
  scissors: { one: "pair of scissors", many: "pairs of scissors" },
  broccoli: { one: "some broccoli", many: "some broccoli", mass: true },
};

/** COCO's 80 class names, in the order of the detector's outputs. */
export const COCO_NAMES: readonly string[] = [
  "person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant",
  "stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe",
  "backpack, umbrella, handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite",
  "baseball bat, baseball glove, skateboard, surfboard, tennis racket, bottle, wine glass, cup, fork",
  "knife, spoon, bowl, banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake",
  "chair, couch, potted plant, bed, dining table, toilet, tv, laptop, mouse, remote, keyboard",
  "cell phone, microwave, oven, toaster, sink, refrigerator, book, clock, vase, scissors, teddy bear",
  "hair drier, toothbrush",
].flatMap((line) => line.split(", "));

const NOUNS: ReadonlyMap<string, Noun> = new Map(
  COCO_NAMES.map((name): [string, Noun] => {
    const one = IRREGULAR[name]?.one ?? name;
    return [name, { one, many: regularPlural(one), mass: false, ...IRREGULAR[name] }];
  }),
);

/** Whether the detector knows this label. */
export function isCocoName(label: string): boolean {
  return NOUNS.has(label);
}

/** The plural of a class name, as it is spoken. */
export function plural(label: string): string {
  return NOUNS.get(label)?.many ?? regularPlural(label);
}

/** `a dog`, `two people`, `some broccoli`; `ein Hund`, `zwei Personen`, `etwas Brokkoli`. */
export function counted(label: string, count: number, language: Language = "en"): string {
  if (language === "de") return countedInGerman(label, count);
  const noun = NOUNS.get(label) ?? { one: label, many: regularPlural(label), mass: false };
  if (noun.mass) return noun.one;
  if (count === 1) return label === PERSON ? "one person" : withArticle(noun.one);
  return `${numberWord(count)} ${noun.many}`;
}

function regularPlural(noun: string): string {
  return /(?:s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}
