import { germanWords as words } from "../words-german.ts";

/** What a German sentence says about the need for the camera; `goes-on` depends on the turn before. */
export type GermanNeed = { readonly needed: boolean; readonly reason: string } | "goes-on";

/** The sentences of a German question, lower case, without hesitation and courtesy. */
export function germanSentences(question: string): readonly string[] {
  return question
    .normalize("NFC")
    .toLowerCase()
    .split(/[.?!;\n]+/)
    .map((sentence) =>
      sentence
        .replace(NOISE, " ")
        .replace(/[\s,]+/g, " ")
        .trim(),
    )
    .filter((sentence) => sentence !== "");
}

/**
 * Whether a German sentence needs the camera. Fewer rules than the English ones: what none of them rules
 * out does, since a needless picture costs less than a missing one.
 */
export function germanNeed(sentence: string): GermanNeed {
  if (sentence.split(" ").every((word) => CHAT.has(word)) || CHAT_PHRASE.test(sentence)) {
    return { needed: false, reason: "small-talk" };
  }
  if (GOES_ON.test(sentence)) return "goes-on";
  if (TASK.test(sentence) || ASSISTANT.test(sentence)) return { needed: false, reason: "talk" };
  if (HERE.test(sentence)) return { needed: true, reason: "visual" };
  if (KNOWLEDGE.test(sentence)) return { needed: false, reason: "general-knowledge" };
  if (STATEMENT.test(sentence)) return { needed: false, reason: "statement" };
  return { needed: true, reason: "not-ruled-out" };
}

function opens(...alternatives: readonly string[]): RegExp {
  return new RegExp(
    `^(?:und |aber |also |hallo |hi |hey |danke |kannst du |könntest du |kannst du mir |könntest du mir )?(?:${alternatives.join("|")})(?!\\p{L})`,
    "u",
  );
}

const NOISE = /(?<!\p{L})(?:bitte|mal|äh|ähm|öh|hm|sightline|eigentlich|denn|doch)(?!\p{L})/gu;

const CHAT: ReadonlySet<string> = new Set(
  "danke vielen dank schön sehr hallo hi hey guten morgen tag abend nacht tschüss ja nein nee okay ok gut super toll prima schön klar alles genau verstehe verstanden gerne gern lieb nett entschuldigung sorry ach oh aha so na wow bis später bald stimmt richtig perfekt wunderbar großartig dir auch".split(
    " ",
  ),
);

const CHAT_PHRASE = opens(
  "wie geht es dir",
  "wie gehts",
  "du bist",
  "ich bin (?:fertig|zufrieden|froh)",
  "das ist (?:alles|nett|lieb)$",
  "das war (?:alles|es|gut|nett)$",
  "schönen? (?:tag|abend|nacht|feierabend)",
);

const GOES_ON =
  /^(?:und )?(?:(?:erzähl|erzähle|sag|sage|gib) mir (?:noch )?(?:etwas )?mehr.*|(?:noch |etwas )?mehr(?: details| dazu| davon| darüber)?|genauer|ausführlicher|(?:was|wer|wo) (?:noch|sonst)(?: noch)?|sonst noch (?:etwas|was|jemand)|warum(?: nicht)?|wieso(?: nicht)?|wirklich|echt|bist du sicher|und dann|zum beispiel|was heißt das|was bedeutet das)$/u;

const TASK = words(
  "(?:stell|stelle|setz|setze) .*(?:timer|wecker|alarm)|(?:timer|wecker) (?:auf|stellen)|erinner[en]? mich|erinnere mich",
  "spiel[e]? .*(?:musik|lied|radio)|ruf[e]? .* an|(?:schick|schicke|sende) .*(?:nachricht|mail|standort|sms)",
  "wie (?:wird|ist) das wetter|wettervorhersage|wie spät ist es$|wie viel uhr ist es$|uhrzeit|welcher (?:wochen)?tag ist|welches datum",
  "wie viel (?:ist|sind) \\d.*|\\d+ (?:mal|plus|minus|durch|geteilt).*|rechne .*|wurzel aus",
  "übersetz[e]?|wie sagt man|auf (?:englisch|französisch|spanisch|italienisch|deutsch)",
  "(?:erzähl|erzähle|sag|sage|schreib|schreibe|sing|singe|dichte|erfinde|kennst du) (?:mir |uns )?(?:(?:einen|ein|eine|noch einen|noch eine) )?(?:\\p{L}+ )?(?:witz|witze|gedicht|geschichte|lied|rätsel|märchen|limerick)",
  "einkaufsliste|merk dir|merke dir",
);

const ASSISTANT = opens(
  "wer bist du|wie heißt du|was kannst du|was bist du|wie alt bist du|bist du|hast du|magst du|kennst du|liebst du|verstehst du|woher (?:weißt|kommst) du",
  "was hast du (?:gesagt|gemeint|gesendet|geschickt)|was meinst du damit|was weißt du über",
  "sprich|rede|antworte|sag ab jetzt|nenn mich|lauter|leiser|langsamer|schneller|kürzer",
);

const HERE = words(
  "hier|da (?:vorne|vorn|drüben|oben|unten)|dort|davor|vorne|vorn|draußen|drinnen|links|rechts|geradeaus|gegenüber|in der nähe|weit weg",
  "(?:vor|hinter|neben|über|unter|um|auf|an|in|bei) (?:mir|mich|uns)|in (?:meiner|der) hand|(?:auf|an|in) (?:dem|der|den|diesem|dieser|meinem|meiner|einem) \\p{L}+|am \\p{L}+|im (?:bild|zimmer|raum|kühlschrank|regal|glas|topf|schrank|spiegel|fenster)",
  "dies|diese|dieser|dieses|diesen|diesem|das da|das hier|siehst|sieht|sehe|sehen|seht|erkennst|erkennen|zeige|beschreib|beschreibe|schau|guck|lies|lesen|vorlesen|steht|liegt|sitzt|hängt|trägt|halte|hältst|farbe|aussehen|kamera|bild|foto|bildschirm",
  "jemand|niemand|irgendwer|keiner|welche farbe|wie viele (?:leute|menschen|personen|stühle|autos|finger)|(?:ist|sind|gibt es|hat) (?:da|hier|mein|meine|meinem|noch)",
);

const KNOWLEDGE = opens(
  "wer (?:war|waren|erfand|schrieb|malte|entdeckte|gründete|komponierte|regiert|gewann)|wer hat .*(?:erfunden|geschrieben|entdeckt|gemalt|komponiert|gebaut|gewonnen|gegründet)|wer ist (?:der|die) (?:bundes|präsident|könig|papst|kanzler|erfinder|autor)\\p{L}*",
  "was ist (?:die hauptstadt|der unterschied|der sinn|die ursache|eine?|das gegenteil|die formel|(?!das$|da$|los$|passiert$)\\p{L}+$)|was sind (?!das$)\\p{L}+$|was (?:bedeutet|heißt|versteht man|passiert|frisst|fressen|kostet eine?)",
  "wann (?:war|wurde|wurden|ist|starb|begann|endete|beginnt|fand|lebte)|wo (?:liegt|wurde|entspringt|lebt|leben|wächst) \\p{L}+",
  "wie (?:funktioniert|funktionieren|entsteht|entstehen|kocht man|macht man|backt man|lange (?:kocht|dauert|lebt|leben|brauchen)|weit ist es|hoch ist|groß ist|alt (?:ist|wird|wurde|werden)|viele (?:einwohner|länder|tage|planeten|menschen leben|kontinente|beine)|heißt die hauptstadt|schreibt man)",
  "warum|wieso|weshalb|erklär|erkläre|definiere|welche (?:sprache|länder|planeten|stadt)|welcher (?:planet|fluss|berg|könig)|welches (?:land|tier)|nenne (?:mir )?(?:drei|fünf|zehn|einige|ein paar)",
);

const STATEMENT =
  /^ich (?:bin|habe|hab|war|hatte|mag|liebe|gehe|finde|glaube|denke|weiß|muss|komme|wohne|arbeite)(?!.*(?<!\p{L})(?:wo|was|wer|wie|welche|ob|nicht finden|verloren|gehört)(?!\p{L}))/u;

/** Small German text is to be read. */
export const GERMAN_READING = words(
  "lies|lesen|liest|vorlesen|geschrieben|schrift|handschrift|text|etikett|aufschrift|\\p{L}*schild|preis|kostet|kosten|brief|briefe|umschlag|\\p{L}*karte|zettel|rezept|packung|\\p{L}*beilage|beipackzettel|zutaten|haltbar\\p{L}*|ablauf\\p{L}*|verfalls\\p{L}*|rechnung|quittung|kassenzettel|\\p{L}*nummer|adresse|absender|zeitung|zeitschrift|buch|seite|überschrift|titel|name|fahrplan|ticket|dosierung|medikament|\\p{L}*plakat|notiz",
  "(?:was|das|hier|da) steht|steht (?:da|hier|drauf|darauf|dort|auf|drin)",
);

/** The shared screen and what is on it, in German. */
export const GERMAN_SCREEN = words(
  "bildschirm\\p{L}*|monitor|mauszeiger|cursor|klick\\p{L}*|schaltfläche\\p{L}*|button|symbole?|icons?|reiter|tabs?|dialog\\p{L}*|fehlermeldung|meldung|desktop|browser|webseite|website|internetseite|taskleiste|menüleiste|eingabefeld|anmelden|herunterladen|einstellungen|app|ladebalken",
);
