import { GERMAN_NOUNS, germanNoun, type GermanNoun } from "../turn/coco-german.ts";
import { PERSON } from "../turn/coco.ts";
import { capitalised } from "../turn/words.ts";
import type { AskedThing } from "./describer-question.ts";

/** German words for the detector's classes, beside those that it speaks; a word may cover several. */
const SYNONYMS: Readonly<Record<string, string>> = {
  "die Couch, Couchs": "couch",
  "der Sessel, Sessel": "chair,couch",
  "der Hocker, Hocker": "chair",
  "das Rad, Räder": "bicycle",
  "der Roller, Roller": "motorcycle",
  "das Moped, Mopeds": "motorcycle",
  "der Wagen, Wagen": "car",
  "der Pkw, Pkws": "car",
  "das Taxi, Taxis": "car",
  "der Lieferwagen, Lieferwagen": "car,truck",
  "der Transporter, Transporter": "car,truck",
  "der Lkw, Lkws": "truck",
  "der Laster, Laster": "truck",
  "das Fahrzeug, Fahrzeuge": "car,bus,truck,motorcycle,train",
  "die Bahn, Bahnen": "train",
  "die Straßenbahn, Straßenbahnen": "train,bus",
  "die Tram, Trams": "train,bus",
  "das Schiff, Schiffe": "boat",
  "die Bank, Bänke": "bench",
  "der Welpe, Welpen, Welpen": "dog",
  "der Blindenhund, Blindenhunde": "dog",
  "der Kater, Kater": "cat",
  "das Tier, Tiere": "dog,cat,bird,horse,sheep,cow,elephant,bear,zebra,giraffe",
  "das Haustier, Haustiere": "dog,cat,bird",
  "der Schirm, Schirme": "umbrella",
  "die Tasche, Taschen": "handbag,backpack,suitcase",
  "das Gepäck, Gepäck": "suitcase,backpack",
  "der Schlips, Schlipse": "tie",
  "das Glas, Gläser": "wine glass,cup",
  "der Becher, Becher": "cup",
  "die Schale, Schalen": "bowl",
  "das Besteck, Besteck": "fork,knife,spoon",
  "das Obst, Obst": "banana,apple,orange",
  "das Essen, Essen": "banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake",
  "die Apfelsine, Apfelsinen": "orange",
  "die Möhre, Möhren": "carrot",
  "das Brot, Brote": "sandwich",
  "die Torte, Torten": "cake",
  "der Esstisch, Esstische": "dining table",
  "der Sitzplatz, Sitzplätze": "chair,couch,bench",
  "der Sitz, Sitze": "chair,couch,bench",
  "die Sitzgelegenheit, Sitzgelegenheiten": "chair,couch,bench",
  "die Pflanze, Pflanzen": "potted plant",
  "die Zimmerpflanze, Zimmerpflanzen": "potted plant",
  "der Blumentopf, Blumentöpfe": "potted plant",
  "das WC, WCs": "toilet",
  "das Klo, Klos": "toilet",
  "der TV, TVs": "tv",
  "das Fernsehgerät, Fernsehgeräte": "tv",
  "der Bildschirm, Bildschirme": "tv,laptop",
  "der Monitor, Monitore": "tv,laptop",
  "der Computer, Computer": "laptop,keyboard",
  "das Notebook, Notebooks": "laptop",
  "die Maus, Mäuse": "mouse",
  "das Telefon, Telefone": "cell phone",
  "das Smartphone, Smartphones": "cell phone",
  "das Mobiltelefon, Mobiltelefone": "cell phone",
  "der Ofen, Öfen": "oven",
  "der Herd, Herde": "oven",
  "die Spüle, Spülen": "sink",
  "das Becken, Becken": "sink",
  "der Teddy, Teddys": "teddy bear",
  "der Fön, Föne": "hair drier",
  "der Haartrockner, Haartrockner": "hair drier",
  "der Fußball, Fußbälle": "sports ball",
  "das Frisbee, Frisbees": "frisbee",
  "die Skier, Skier": "skis",
  "die Ski, Ski": "skis",
};

/** Said without a plural: `kein Obst`. */
const MASS: ReadonlySet<string> = new Set(["Obst", "Essen", "Gepäck", "Besteck", "Brokkoli"]);

/** Heads whose compounds name the same thing: a `Küchenstuhl` is a `Stuhl`. */
const HEADS = "Stuhl Tisch Flasche Tasse Tasche Sofa Schüssel Vase Koffer Bett Messer Löffel Hund";

const NOUNS: readonly (readonly [GermanNoun, readonly string[]])[] = [
  ...[...GERMAN_NOUNS]
    .filter(([label]) => label !== PERSON && label !== "skis")
    .map(([label, noun]) => [noun, [label]] as const),
  ...Object.entries(SYNONYMS).map(([forms, labels]) => [germanNoun(forms), labels.split(",")] as const),
];

interface Form extends GermanNoun {
  readonly plural: boolean;
  readonly labels: readonly string[];
}

const FORMS: ReadonlyMap<string, Form> = new Map(
  NOUNS.flatMap(([noun, labels]) => {
    const many = noun.many.toLowerCase();
    const plural = [many, /[ns]$/.test(many) ? many : `${many}n`];
    const singular = [noun.one.toLowerCase(), noun.object.toLowerCase()];
    return [
      ...plural.map((form): [string, Form] => [form, { ...noun, labels, plural: true }]),
      ...singular.map((form): [string, Form] => [form, { ...noun, labels, plural: false }]),
    ];
  }),
);

const HEAD_FORMS = [...FORMS].filter(([, noun]) => HEADS.split(" ").includes(noun.one)).map(([form]) => form);

const THING = new RegExp(
  `(?<!\\p{L})(?:(${longestFirst([...FORMS.keys()])})|(\\p{L}{2,})(${longestFirst(HEAD_FORMS)}))(?!\\p{L})`,
  "u",
);

/** Where something else is: `auf dem Tisch` names no table that is asked for. */
const PLACE =
  /(?<!\p{L})(?:(?:auf|in|an|neben|unter|über|vor|hinter|bei|zwischen|von|aus) (?:de[mnr]|das|die|(?:mein|dein|dies|ein)(?:e|e[mnr])?) \p{L}+|(?:im|am|beim|vom|ins|ans) \p{L}+)/gu;

/** The thing that a German question, in lower case, names. */
export function germanThing(text: string, counted: boolean): AskedThing | undefined {
  const match = THING.exec(text.replace(PLACE, " ")) ?? THING.exec(text);
  if (!match) return undefined;
  const [, word, modifier = "", head = ""] = match;
  const noun = FORMS.get(word ?? head);
  return noun && { none: negated(noun, modifier, counted), labels: noun.labels };
}

/** `keinen Hund`, `kein Fahrrad`, `keine Stühle`: as an object. */
function negated(noun: Form, modifier: string, counted: boolean): string {
  const plural = noun.plural || (counted && !MASS.has(noun.one));
  const form = plural ? noun.many : noun.object;
  const whole = modifier === "" ? form : capitalised(modifier) + form.toLowerCase();
  if (plural || noun.gender === "die") return `keine ${whole}`;
  return noun.gender === "der" ? `keinen ${whole}` : `kein ${whole}`;
}

/** So that a longer name is not taken for a shorter one. */
function longestFirst(words: readonly string[]): string {
  return [...words].sort((a, b) => b.length - a.length).join("|");
}
