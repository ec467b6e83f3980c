import { germanNumber } from "./words-german.ts";

/** A German noun in the forms that answers need and questions use. */
export interface GermanNoun {
  readonly gender: "der" | "die" | "das";
  readonly one: string;
  readonly many: string;
  /** The singular as an object: `Bären` for `Bär`. */
  readonly object: string;
}

/** Reads `der Bär, Bären, Bären`: article and singular, plural, and the object's form where it differs. */
export function germanNoun(forms: string): GermanNoun {
  const [named = "", many = "", object] = forms.split(", ");
  const [article = "", ...words] = named.split(" ");
  const one = words.join(" ");
  return {
    gender: article === "der" || article === "das" ? article : "die",
    one,
    many,
    object: object ?? one,
  };
}

/** `ein Hund`, `eine Katze`, `zwei Personen`, `etwas Brokkoli`; nominative. */
export function countedInGerman(label: string, count: number): string {
  if (label === "broccoli") return "etwas Brokkoli";
  const { gender, one, many } = GERMAN_NOUNS.get(label) ?? germanNoun(`das ${label}, ${label}`);
  if (count === 1) return `${gender === "die" ? "eine" : "ein"} ${one}`;
  return `${germanNumber(count)} ${many}`;
}

/** How the detector's 80 classes are spoken in German. */
export const GERMAN_NOUNS: ReadonlyMap<string, GermanNoun> = new Map(
  Object.entries({
    person: "die Person, Personen",
    bicycle: "das Fahrrad, Fahrräder",
    car: "das Auto, Autos",
    motorcycle: "das Motorrad, Motorräder",
    airplane: "das Flugzeug, Flugzeuge",
    bus: "der Bus, Busse",
    train: "der Zug, Züge",
    truck: "der Lastwagen, Lastwagen",
    boat: "das Boot, Boote",
    "traffic light": "die Ampel, Ampeln",
    "fire hydrant": "der Hydrant, Hydranten, Hydranten",
    "stop sign": "das Stoppschild, Stoppschilder",
    "parking meter": "die Parkuhr, Parkuhren",
    bench: "die Sitzbank, Sitzbänke",
    bird: "der Vogel, Vögel",
    cat: "die Katze, Katzen",
    dog: "der Hund, Hunde",
    horse: "das Pferd, Pferde",
    sheep: "das Schaf, Schafe",
    cow: "die Kuh, Kühe",
    elephant: "der Elefant, Elefanten, Elefanten",
    bear: "der Bär, Bären, Bären",
    zebra: "das Zebra, Zebras",
    giraffe: "die Giraffe, Giraffen",
    backpack: "der Rucksack, Rucksäcke",
    umbrella: "der Regenschirm, Regenschirme",
    handbag: "die Handtasche, Handtaschen",
    tie: "die Krawatte, Krawatten",
    suitcase: "der Koffer, Koffer",
    frisbee: "die Frisbeescheibe, Frisbeescheiben",
    skis: "das Paar Ski, Paar Ski",
    snowboard: "das Snowboard, Snowboards",
    "sports ball": "der Ball, Bälle",
    kite: "der Drachen, Drachen",
    "baseball bat": "der Baseballschläger, Baseballschläger",
    "baseball glove": "der Baseballhandschuh, Baseballhandschuhe",
    skateboard: "das Skateboard, Skateboards",
    surfboard: "das Surfbrett, Surfbretter",
    "tennis racket": "der Tennisschläger, Tennisschläger",
    bottle: "die Flasche, Flaschen",
    "wine glass": "das Weinglas, Weingläser",
    cup: "die Tasse, Tassen",
    fork: "die Gabel, Gabeln",
    knife: "das Messer, Messer",
    spoon: "der Löffel, Löffel",
    bowl: "die Schüssel, Schüsseln",
    banana: "die Banane, Bananen",
    apple: "der Apfel, Äpfel",
    sandwich: "das Sandwich, Sandwiches",
    orange: "die Orange, Orangen",
    broccoli: "der Brokkoli, Brokkoli",
    carrot: "die Karotte, Karotten",
    "hot dog": "der Hotdog, Hotdogs",
    pizza: "die Pizza, Pizzen",
    donut: "der Donut, Donuts",
    cake: "der Kuchen, Kuchen",
    chair: "der Stuhl, Stühle",
    couch: "das Sofa, Sofas",
    "potted plant": "die Topfpflanze, Topfpflanzen",
    bed: "das Bett, Betten",
    "dining table": "der Tisch, Tische",
    toilet: "die Toilette, Toiletten",
    tv: "der Fernseher, Fernseher",
    laptop: "der Laptop, Laptops",
    mouse: "die Computermaus, Computermäuse",
    remote: "die Fernbedienung, Fernbedienungen",
    keyboard: "die Tastatur, Tastaturen",
    "cell phone": "das Handy, Handys",
    microwave: "die Mikrowelle, Mikrowellen",
    oven: "der Backofen, Backöfen",
    toaster: "der Toaster, Toaster",
    sink: "das Waschbecken, Waschbecken",
    refrigerator: "der Kühlschrank, Kühlschränke",
    book: "das Buch, Bücher",
    clock: "die Uhr, Uhren",
    vase: "die Vase, Vasen",
    scissors: "die Schere, Scheren",
    "teddy bear": "der Teddybär, Teddybären, Teddybären",
    "hair drier": "der Föhn, Föhne",
    toothbrush: "die Zahnbürste, Zahnbürsten",
  }).map(([label, forms]) => [label, germanNoun(forms)]),
);
