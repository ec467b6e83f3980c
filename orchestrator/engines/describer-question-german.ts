import type { QuestionWords } from "./describer-question.ts";
import { germanThing } from "./describer-things-german.ts";
import { germanWords as words } from "../turn/words-german.ts";

const PEOPLE =
  "leute|mensch(?:en)?|person(?:en)?|jemand(?:en|em)?|irgendwer|irgendjemand(?:en)?|irgendwen|niemand(?:en|em)?|keiner|wer|wen|wem|mann|männer[n]?|frau(?:en)?|junge[n]?|mädchen|kind(?:er[n]?)?|baby[s]?|passant\\p{L}*|fußgänger\\p{L}*|kellner\\p{L}*|fremde[rn]?|gäste|besucher?|menschenmenge|allein|alleine";

/** Asks for a seat without naming one. */
const SITTING =
  /(?<!\p{L})wo kann (?:ich|man) (?:mich |sich )?(?:hier |da |irgendwo )?(?:hin)?(?:setzen|sitzen)(?!\p{L})/u;

export const QUESTION_GERMAN: QuestionWords = {
  normal: (question) =>
    question
      .normalize("NFC")
      .toLowerCase()
      .replace(/[’‘]/g, "'")
      .replace(/\s+/g, " ")
      .replace(SITTING, "wo ist ein sitzplatz"),
  safety: words(
    "(?<!bist du |bist du dir )sicher|ungefährlich|gefährlich|gefahr(?:en|los)?|riskant",
    "(?:kann|darf|soll|sollte) ich (?:(?:hier|jetzt|da|schon|einfach|nun|bitte|mal) )*(?:rüber|drüber|gehen|laufen|losgehen|weiter|weitergehen|hinübergehen|rübergehen|überqueren|(?:über )?(?:die|diese) (?:straße|kreuzung|fahrbahn))",
  ),
  count: words("wie ?viele?(?! (?:uhr|kostet|kosten|geld|ist|zeit))|anzahl|zähl\\p{L}*"),
  where: words(
    "wo|woran|wohin|finde|findest|finden|such|suche|such(?:st|en)|in welcher richtung|auf welcher seite|welche richtung",
  ),
  people: words(PEOPLE),
  unknowable: words(
    "farben?|farbig|farblich|rot\\p{L}{0,2}|grün\\p{L}{0,2}|blau\\p{L}{0,2}|gelb\\p{L}{0,2}|schwarz\\p{L}{0,2}|weiß(?:e[rsnm]?)?|braun\\p{L}{0,2}|grau\\p{L}{0,2}|rosa|lila|bunt\\p{L}{0,2}|muster|kariert|gestreift",
    "lies|liest|lesen|vorlesen|geschrieben|text|schrift|aufschrift|etikett|schild(?:er)?|\\p{L}*schild|buchstaben?|preis\\p{L}*|kostet|kosten|teuer|wie viel geld|speisekarte|haltbar\\p{L}*|\\p{L}*haltbarkeit\\p{L}*|ablauf\\p{L}*|abgelaufen|datum|marke|sorte|geschmack\\p{L}*|\\p{L}*nummer|titel|name|heißt|nachricht|knopf|knöpfe|tasten?|drück\\p{L}*|klick\\p{L}*",
    "was steht (?:da|hier|dort|drauf|darauf|drin|geschrieben|auf (?:de[mr]|diese[mr]) (?:\\p{L}*packung|dose|zettel|brief|tafel|anzeige|display|bildschirm|plakat|\\p{L}*karte|buch|tüte))",
    "was für|mach(?:t|en)|tut|tun|trägt|tragen|trage|hält|halten|halte|anhabe|anhat|fühlt|lächelt|lacht|gesichtsausdruck|alt|alter|rasse|art|typ|temperatur|heiß|warm|kalt|passt|passen|kleidung|outfit|hemd|hose|aussieht|aussehen|sieht (?!es hier|es da|der raum|das zimmer|die (?:straße|umgebung)).* aus|sehe? ich (?:.* )?aus|uhrzeit|wie spät|wie viel uhr|wie viel zeit",
  ),
  present: words(
    "gibt(?:'?s| es)|irgendein\\p{L}*|(?:siehst|erkennst|entdeckst) du|kannst du (?:.* )?(?:sehen|erkennen|entdecken)",
    "(?:ist|steht|liegt|hängt|sitzt|sind|habe ich|hab ich) (?:\\p{L}+ ){0,3}?(?:ein(?:e[nmr]?)?|noch)",
    "(?:sind|stehen|liegen|hängen|sitzen) (?:das|da|hier|dort|irgendwo|links|rechts|vorne?|auf|in|im|am|an|neben|unter|vor|hinter)",
  ),
  closed:
    /^\P{L}*(?:und |aber )?(?:ist|sind|hat|haben|habe|kann|kannst|können|soll|sollte|muss|darf|war|wird|bin|welche[rsnm]?|wessen|warum|wieso|weshalb|wann|wie|brennt|läuft|geht|leuchtet|funktioniert|gehört|kommt|schläft|bellt|blinkt|stimmt|kocht)(?!\p{L})/u,
  scene: words(
    "beschreib\\p{L}*|umgebung|ringsum\\p{L}*|rundum|umher|um mich|vor (?:mir|uns)|vorne?|voraus|geradeaus|hinter|neben|überblick|ansicht|szene|schau\\p{L}*|guck\\p{L}*|zeig\\p{L}*|links|rechts|sonst|noch|mehr|jetzt|alles",
    "wie sieht (?:es hier|es da|der raum|das zimmer|die (?:straße|umgebung))|was (?:ist|sind|liegt|steht|hängt|gibt|siehst|erkennst|sehe|habe|befindet)|(?:siehst|erkennst) du|kannst du (?:.* )?(?:sehen|erkennen)|etwas|irgendwas|irgendetwas",
  ),
  thing: germanThing,
};
