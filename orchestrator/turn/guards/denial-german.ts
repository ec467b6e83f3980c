import { type DenialWords, wordSet } from "./denial-words.ts";
import { phrases } from "../phrases.ts";

/** `spokenWords` reads `im` as the English `I'm`, and `gibt's` as `gibt is`. */
const PARTS: Readonly<Record<string, string>> = {
  LEAD: "und | aber | oder | dass | weil | sodass | denn | wobei | also | als (wäre | wären | sei | seien | ob)?",
  ADVERB:
    "derzeit | zurzeit | momentan | aktuell | gerade | jetzt | nun | offenbar | offensichtlich | anscheinend | scheinbar | wohl | vermutlich | wahrscheinlich | wirklich | eigentlich | leider | überhaupt | auch | noch | bisher | hier | da | dort | draußen | drinnen | nirgends | nirgendwo | weit und breit | i am moment",
  QUITE: "ganz | völlig | vollkommen | komplett | vollständig | fast | nahezu | ziemlich | sehr | relativ",
  PLACE:
    "(i am | am | (in | auf | an | vor) (dem | der | diesem | dieser | deinem | deiner | ihrem | ihrer)) (!,)? $SCENE | (vor | hinter | neben | bei | um) (dir | ihnen | uns | mir) herum? | in (der | deiner | ihrer | unmittelbarer) nähe | links | rechts | geradeaus | vorn | vorne",
  WHERE: "($ADVERB | $PLACE)",
  SCENE:
    "raum | zimmer | straße | platz | flur | gang | korridor | bereich | szene | haus | wohnung | laden | geschäft | büro | küche | bad | badezimmer | schlafzimmer | wohnzimmer | bahnsteig | bahnhof | restaurant | café | cafe | park | strand | bild | foto | aufnahme | ansicht | bildausschnitt | ausschnitt | kamerabild | gehweg | bürgersteig | weg | halle | lobby | saal | parkplatz | feld | garten | hof | klassenzimmer | kirche | treppenhaus | treppe | umgebung | auto | zug | bus | abteil | waggon | ort",
  PEOPLE: "person | personen | mensch | menschen | leute | passanten | fußgänger | lebewesen",
  VISIBLE:
    "sichtbaren | sichtbare | erkennbaren | erkennbare | einzige | einzigen | einziger | lebende | echten | echte",
  NOBODY: `niemand | niemanden | niemandem | (keine | keinen | kein | keinerlei | null | 0 | weder) $VISIBLE* $PEOPLE
    | keine (menschenseele | seele) | nicht (eine | einen | ein) (einzige | einzigen | einziger)? $PEOPLE
    | (keine | keinerlei) (spur | spuren | anzeichen | hinweise) (von | für | auf) ($PEOPLE | jemandem)
    | keiner (da | hier | dort | zu | anwesend | mehr) | keiner ist $ADVERB* (da | hier | dort | i | zu | anwesend | sichtbar)`,
  SEE: "sehe | seh | erkenne | entdecke | bemerke | finde | kann | konnte | habe | sieht | erkennt",
  BE: "ist | sind | wirkt | scheint | erscheint | bleibt | war | waren",
  VERB: `(ich | man | wir) $SEE | $SEE (ich | man) | es? (ist | sind | war | scheint | gibt | steht | sitzt) (es | is)?
    | (zu sehen | zu erkennen) (ist | sind) | es? (befindet | befinden) sich
    | (das | dieses | der | dieser | die | diese) $SCENE (zeigt | enthält | hat)`,
  EMPTY: "leer | leere | leerer | leeres | leeren | verlassene | verlassener | verlassenes | verlassenen",
};

const DENIAL = phrases(
  `$LEAD? (${[
    "$WHERE* ($VERB $WHERE*)? ($NOBODY | nur? (ein | eine | einen)? $QUITE* $EMPTY $SCENE)",
    "((der | die | das | dieser | diese | dieses | dein | deine | ihr | ihre) (ganze | gesamte)? (!,)?)? $SCENE $BE $ADVERB* $QUITE* (leer | menschenleer | verlassen | unbesetzt | ausgestorben | frei von $PEOPLE)",
    "menschenleer | menschenleere | menschenleerer | menschenleeres | menschenleeren",
    "ohne (sichtbare | erkennbare | irgendwelche)? ($PEOPLE | jemanden)",
    "(du bist | sie sind | bist du) $WHERE* $QUITE* (allein | alleine)",
    "alle sind (weg | gegangen | fort)",
    "$PEOPLE (sind | ist) $WHERE* (nicht | keine) $WHERE* (zu sehen | zu erkennen | sichtbar | erkennbar | da | hier | dort | anwesend | vorhanden | abgebildet | i | auf)",
    "$PEOPLE (sehe | erkenne | entdecke) ich $WHERE* (nicht | keine)",
    "$PEOPLE kann ich $WHERE* (nicht | keine) $WHERE* (sehen | erkennen | entdecken | ausmachen)",
    "$PEOPLE gibt es $WHERE* (nicht | keine)",
  ].join(" | ")})`,
  PARTS,
);

const WHOM = "(?:niemand(?:en|em)?|keiner|kein(?:e|en|erlei)?\\s+(?:personen?|mensch(?:en)?|leute))";
const DOES =
  "hat|haben|weiß|wissen|kennt|kann|können|könnte|darf|dürfen|muss|müssen|soll|sollte|will|möchte|mag|braucht|versteht|trägt|tragen|lächel\\p{L}+|lach\\p{L}+|winkt|winken|schaut|blickt|guckt|sieht|spricht|redet|hält|benutzt|achtet|beachtet|zeigt|hilft|antwortet|unter|über|ab|erlaubt|gestattet|zugelassen|mit (?:ein\\p{L}*|mask\\p{L}*|brill\\p{L}*)|wieder(?=\\s*$)";
const THERE = "ist|sind|hat|haben|steht|stehen|liegt|befindet|befinden|sitzt|sitzen|gibt|wäre|wären";
const NAMING = "identifizieren|wiedererkennen|benennen|beschreiben|beurteilen|zuordnen";

/** A clause that says these before its denial is a condition, or speaks of the others. */
const CONDITIONS = wordSet("wenn falls damit ob bevor solange sobald sonst ansonsten außer");
const DOING = wordSet(
  "weiß hat kann darf dürfen können muss soll sollen sollte will möchte mag braucht versteht kennt interessiert stört betrifft gefällt gehört hilft",
);
const ONESELF = wordSet("ich wir man");
const KNOWING = wordSet("kenne kennst");
const PEOPLE = wordSet("person personen mensch menschen leute passanten fußgänger lebewesen");
const QUOTING = wordSet("lautet liest geschrieben beschriftet aufschrift beschriftung überschrift betitelt");
const WRITTEN_ON = /(?:schild|etikett|zettel|plakat|tafel|aufkleber|packung|anzeige|brief)$/;

const COUNTED = wordSet(
  "ein eine einen einem einer zwei drei vier fünf sechs sieben acht neun zehn mehrere einige viele paar wenige",
);
const PERSON_NOUNS = wordSet(
  "person personen mensch menschen leute mann männer frau frauen kind kinder junge jungen mädchen baby dame herr fußgänger fußgängerin passant passanten radfahrer gestalt gestalten figur kellner kellnerin",
);
const DOUBT = wordSet("nicht nichts kein keine keinen niemand niemanden ob falls wenn ohne nie weder");

export const DENIAL_GERMAN: DenialWords = {
  denial: DENIAL,
  bareDenial: phrases(
    "(nein | nee | nö | keine | keiner | keinen | niemand | niemanden | null | 0) (, | . | ; | :)",
  ),
  exception:
    /(?<!\p{L})(?:sonst|ansonsten|ander\p{L}{1,2}|weitere[nrs]?|zusätzlich\p{L}*|außer|bis auf|abgesehen|ausgenommen)(?!\p{L})/iu,
  somethingElse: new RegExp(
    `(?<!\\p{L})${WHOM}(?:\\s+(?:${DOES})(?!\\p{L})|\\s*,\\s+(?:der|die|dem|den|deren|dessen|denen)\\s(?!.*(?<!\\p{L})(?:${THERE})(?!\\p{L}))|(?:\\s+\\S+)*\\s+(?:${NAMING})(?!\\p{L}))`,
    "iu",
  ),
  conjunctions: wordSet("aber doch jedoch obwohl während sondern allerdings"),
  newClause: wordSet(
    "aber doch jedoch obwohl während nur da dort hier ich wir du man es das der die den ein eine einen zwei drei i am auf in an vor hinter neben links rechts geradeaus vorn vorne mit dafür sondern allerdings dein deine",
  ),
  relatives: wordSet("der die dem den deren dessen denen"),
  excepting: wordSet("außer abgesehen ausgenommen bis"),
  announcesWriting: (clause, word) =>
    QUOTING.has(word) ||
    (word === ":" && (clause.includes("steht") || clause.includes("sagt"))) ||
    (word === "steht" && clause.some((before) => WRITTEN_ON.test(before))),
  cannotBegin(clause, word) {
    if (word === "und" || word === "oder") return false;
    const own = clause.slice(Math.max(clause.lastIndexOf("und"), clause.lastIndexOf("oder")) + 1);
    if (PEOPLE.has(word) && own.length > 0) return true;
    if (own.some((before) => CONDITIONS.has(before) || KNOWING.has(before))) return true;
    return own.some((before) => DOING.has(before)) && !own.some((before) => ONESELF.has(before));
  },
  mentionsPerson(clause) {
    if (clause.some((word) => DOUBT.has(word))) return false;
    return clause.some(
      (word, index) =>
        /^jemand(?:en|em)?$/.test(word) ||
        (PERSON_NOUNS.has(word) &&
          clause.slice(Math.max(0, index - 3), index).some((before) => COUNTED.has(before))),
    );
  },
  but: "aber",
  again: "Menschen könnte ich übersehen haben",
};
