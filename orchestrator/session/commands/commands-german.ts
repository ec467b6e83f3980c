import type { CommandWords } from "./commands.ts";

/** The local commands in German. */
export const GERMAN: CommandWords = {
  noise: new Set(
    "bitte mal doch jetzt einfach äh ähm öh hm hmm ach oh vielleicht eventuell sightline eigentlich eben schnellstens gerade kurz".split(
      " ",
    ),
  ),
  join: [
    [/\bwie bitte\b/g, "wiebitte"],
    [/\bnoch[ -]?(?:ein)?mals?\b/g, "nochmal"],
    [/\bok\b|\bo\.k\./g, "okay"],
    [/\b(?:ein|n|ne|'n)[ -](?:bisschen|bißchen|bissl|bisserl|wenig|tick|stück)(?!\p{L})/gu, "etwas"],
    [/\bauf wieder(?:sehen|hören|schauen)(?!\p{L})/gu, "wiedersehen"],
    [/(?<=\p{L})['’]s\b/gu, " es"],
    [/\bfass(?:e)? dich kurz\b/g, "fassdichkurz"],
    [/\bhalt(?:e)? dich kurz\b/g, "fassdichkurz"],
    [/\bnur kurz\b/g, "kürzer"],
    [/\b(?:antworte|sag es|mach es) kurz\b/g, "kürzer"],
    [/\bmach(?:e)? kurz\b/g, "kürzer"],
    [/\bab (?:jetzt|sofort|nun)\b/g, "künftig"],
  ],
  before:
    "okay|gut|ja|jo|nein|nee|na|also|so|nun|und|aber|hey|hallo|danke|vielen dank|danke schön|entschuldigung|entschuldige|sorry|verzeihung|super|prima|alles klar|schön|warte|dann|verstanden|ich sage",
  after:
    "künftig|in zukunft|dann|danke|vielen dank|danke schön|für mich|nochmal|okay|gut|sofort|wieder|so|ja|kannst du|könntest du|wenn (es geht|möglich|du kannst)|wenn das geht|es reicht|das reicht|mir|hab ich gesagt|habe ich gesagt|sage ich",
  ask: "(kannst|könntest|würdest|willst|magst|könnten|können|möchtest|würden) (du|sie|wir) (das|es|mir|mir das|auch|mich|ihn|sie)? | (kann|könnte) ich (das|es) | (ich)? (möchte|will|hätte gern|hätte gerne|brauche|wünsche) (dass du)? (es|das)? | du (kannst|darfst|sollst|solltest|könntest) (das|es|mir|dich)? | ich (möchte|will) dass du | lass uns | ich habe gesagt | ich hab gesagt | wir können",
  parts: {
    MUCH: "(etwas|viel|noch|deutlich|wesentlich|ganz|bedeutend|sehr|ein|so)*",
    IT: "(das|es|dies|dieses)",
    SPEAK:
      "(sprich|spreche|sprechen sie|rede|red|reden sie|lies|lese|sag|sage|antworte|mach|mache|geh|werde|erzähl|erzähle)",
    TOSPEAK: "(sprechen|reden|lesen|vorlesen|sagen|antworten|machen|werden|gehen|erzählen)",
    LAST: "(die|deine|den|das|der)? (letzte|letzten|letztes|ganze|ganzen)? (antwort|satz|teil|aussage|worte|wort|stück)",
    VOICE: "(die|deine|den)? (stimme|sprache|sprachausgabe|ton|vorlesen)",
    MINE: "(meine|die|meiner|diese|unsere|irgendwelche|alle|alle meine)? (bilder|bild|fotos|foto|aufnahmen|aufnahme|daten|stimme|worte|wörter|fragen|frage|informationen|sachen)",
    SENT: "(gesendet|geschickt|verschickt|übertragen|gesandt|hochgeladen|weitergegeben|übermittelt|geteilt|weitergeleitet)",
    PLACE:
      "(wohin|an wen|wem|irgendwohin|an jemanden|in die cloud|ins internet|an openai|an einen server|nach draußen|raus|weiter)",
    HERE: "(dieses gerät|das gerät|den rechner|diesen rechner|das haus|die maschine|diese maschine|mein handy|das handy|mein gerät)",
  },
  commands: {
    stop: `stopp | stop | halt | (hör|höre|hören sie) (damit|bloß)? auf (zu (reden|sprechen|lesen|erzählen)|damit|mit dem (reden|vorlesen))? | auf hören | aufhören (zu (reden|sprechen|lesen))? | (sei|seien sie) (still|ruhig|leise) | ruhe | ruhig | still | psst | pst | pscht | schluss (damit)? | genug (davon|jetzt)? | (das|es)? (reicht|genügt) (mir|schon)? | (das|es) (ist|war) genug
      | (warte|warten sie) (einen (moment|augenblick)|etwas|kurz)? | (einen|ein)? (moment|augenblick|sekunde) | eine sekunde | nicht (weiter|weiterreden|weitersprechen|weiterlesen) | (sprich|rede|red|lies) nicht weiter | abbrechen | abbruch | (brich|brech) (das|es)? ab | pause | schweig | schweige | halt (den mund|die klappe|an) | halte den mund | klappe | mund halten | lass (es|das) | lass gut sein | lass es gut sein | vergiss es | egal | nicht mehr | das war es | das wars | anhalten | stoppen | still sein | ruhig sein | leise sein`,
    "hang-up": `auflegen | leg (das telefon|den hörer)? auf | lege auf | legen (wir|sie) auf | wiedersehen | tschüss | tschüß | tschüs | tschö | tschau | ciao | servus | ade | (bis) (dann|bald|später|morgen|zum nächsten mal|nächstes) | (beende|beenden sie|beend|schließe|verlasse) (das|den|unser|dieses|diesen) (gespräch|anruf|telefonat|sitzung|unterhaltung) | (das|den|unser|dieses|diesen)? (gespräch|anruf|telefonat|unterhaltung|verbindung) (beenden|abbrechen|trennen) | (die)? verbindung trennen | trenn die verbindung | mach es gut`,
    repeat: `(wiederhole|wiederhol|wiederholen sie|wiederholen) ($IT|$LAST|dich|was du gesagt hast|alles|mir das)? (nochmal)? | ($IT|$LAST|dich|was du gesagt hast|mir das)? (nochmal)? (wiederholen|sagen|hören) | nochmal ($IT|$LAST|sagen|von vorne|von vorn|wiederholen|hören)? | ($IT|$LAST) nochmal (sagen|wiederholen|hören)? | (sag|sage|sagen sie) ($IT|mir das|mir|$LAST|es mir)? nochmal | (kann|könnte|darf) ich ($IT|$LAST) nochmal hören
      | was (hast|hattest|haben) (du|sie) (da|so)? gesagt | was hast du gesagt nochmal | was war ($IT|$LAST|die antwort) | wie war ($IT|die antwort) | was sagtest du | was meintest du | wiebitte | wie meinen
      | ich (habe|hab|konnte|kann) ($IT|dich|$LAST|dich nicht|leider|es)? (leider)? (akustisch)? (nicht|nicht ganz|nicht richtig|akustisch nicht|kaum) (verstanden|gehört|mitbekommen|mitgekriegt|verstehen|hören) | ($IT|dich|$LAST) (habe|hab|konnte) ich (leider)? (akustisch)? (nicht|nicht ganz|nicht richtig) (verstanden|gehört|mitbekommen|mitgekriegt|verstehen|hören) | nicht verstanden | nicht gehört | noch einmal`,
    "repeat-asked": "was|wie|hä|häh|entschuldigung|sorry|verzeihung|pardon|wie war das|was denn|na was",
    "slower-again": `(wiederhole|wiederhol|sag|sage|lies) ($IT|mir das|$LAST)? (nochmal)? (aber|und)? $MUCH (langsamer|langsam) (nochmal)? | nochmal (aber|und)? $MUCH (langsamer|langsam) | ($IT)? (nochmal)? (aber)? $MUCH (langsamer|langsam) (nochmal)? (wiederholen|sagen) | $MUCH (langsamer|langsam) nochmal | $SPEAK? (langsamer) und (wiederhole|wiederhol|sag) ($IT)? (nochmal)?`,
    "faster-again": `(wiederhole|wiederhol|sag|sage|lies) ($IT|mir das|$LAST)? (nochmal)? (aber|und)? $MUCH (schneller) (nochmal)? | nochmal (aber|und)? $MUCH schneller | ($IT)? (nochmal)? (aber)? $MUCH schneller (nochmal)? (wiederholen|sagen)`,
    slower: `$SPEAK? ($IT)? $MUCH (langsamer|langsam) ($TOSPEAK)? | (nicht)? (so|zu|viel zu) schnell ($TOSPEAK)? | $SPEAK nicht (so|zu) schnell | (das|du|es|sie) (ist|war|bist|sprichst|redest|liest|geht|ging|sprechen|reden|gehst) (mir|viel|mir viel|etwas)? (zu|so) schnell | ($IT|dein|das)? tempo (runter|verringern|reduzieren|drosseln|senken) | (verringere|reduziere|senke|drossle) (das|dein|die)? (tempo|sprechtempo|geschwindigkeit|lesetempo) | mit (weniger|geringerem) tempo | langsameres tempo | lass dir zeit | weniger schnell`,
    faster: `$SPEAK? ($IT)? $MUCH (schneller|zügiger|flotter|rascher) ($TOSPEAK)? | (nicht)? (so|zu|viel zu) langsam ($TOSPEAK)? | $SPEAK nicht (so|zu) langsam | (das|du|es|sie) (ist|war|bist|sprichst|redest|liest|geht|ging|sprechen|reden|gehst) (mir|viel|mir viel|etwas)? (zu|so) langsam | ($IT|dein|das)? tempo (rauf|hoch|erhöhen|steigern) | (erhöhe|steigere|erhöh) (das|dein|die)? (tempo|sprechtempo|geschwindigkeit|lesetempo) | schnelleres tempo | beeil dich | beeilung | mehr tempo`,
    shorter: `$SPEAK? ($IT)? $MUCH (kürzer|knapper|fassdichkurz) ($TOSPEAK|fassen|halten)? | (fass|fasse|halte|halt) dich $MUCH (kürzer|knapp|knapper) | dich $MUCH (kürzer|kurz) (fassen|halten) | (sei|bleib) $MUCH (kürzer|knapper|knapp) | (gib (mir)?|nur|mit|lieber)? $MUCH (kürzere|knappere|kurze|knappe|kürzeren|kurzen) (antwort|antworten|sätze|sätzen|version|fassung|beschreibungen) (geben)? | (mit)? weniger (details|einzelheiten|worte|worten|wörter|wörtern|text|ausführlich|reden|gerede|informationen|sätze) | (das|du|es|deine antwort|deine antworten) (ist|war|bist|sind|waren|redest|sagst|sprichst) (mir|viel|mir viel)? (zu|so) (lang|ausführlich|viel|detailliert|langatmig) | nicht so (lang|ausführlich|viel|detailliert|viel reden) | (viel)? zu (lang|ausführlich|viel|detailliert) | (rede|red|sprich|sag) (weniger|nicht so viel) | komm zum punkt | komm auf den punkt`,
    "longer-answers": `(gib (mir)?)? $MUCH (längere|ausführlichere|genauere|längeren) (antworten|beschreibungen|sätze) (geben)? | sei $MUCH (genauer|ausführlicher) | (antworte|sprich|beschreibe)? (in zukunft|künftig|immer) $MUCH (genauer|ausführlicher|mehr|mehr details) (antworten)? | antworte $MUCH (genauer|ausführlicher) (in zukunft|künftig|immer)?`,
    more: `$MUCH mehr (details|einzelheiten|davon|dazu|darüber|informationen|infos|worte|wörter|sagen|erzählen|wissen|hören)? | (erzähl|erzähle|sag|sage|gib|verrate) (mir)? $MUCH mehr (davon|dazu|darüber|details|einzelheiten|informationen)? | (mir|dazu|darüber|davon) $MUCH mehr (davon|dazu|darüber|details)? (erzählen|sagen|wissen|hören|geben)? | weiter | (mach|mache|rede|red|sprich|erzähl|erzähle) weiter | (fahr|fahre) fort | fortfahren | (weiterreden|weitermachen|weitersprechen|weitererzählen) | was noch | was sonst (noch)? | sonst noch (was|etwas) | noch (was|etwas) | $SPEAK? ($IT)? $MUCH (genauer|ausführlicher|detaillierter|länger) ($TOSPEAK)? | nicht so (kurz|knapp) | (das|es) (ist|war) (mir|viel)? zu (kurz|knapp) | (geh|gehe) ins detail`,
    spell: `(buchstabier|buchstabiere|buchstabieren sie|buchstabieren) (mir)? ($IT|ihn|sie|mir das)? | (buchstabier|buchstabiere|buchstabieren) (mir)? (den|das|diesen|dieses|die) (letzte|letzten|erste|ersten|ganzen)? (namen|wort|nummer|titel|wörter|text|code) | ($IT|ihn|mir das|(den|das|diesen|dieses) (letzte|letzten)? (namen|wort))? buchstabieren | wie (schreibt|buchstabiert) man ($IT|ihn|den namen|das wort|den|diesen namen) | wie schreibst du ($IT|ihn|den namen|das wort) | wie wird ($IT|der name|das wort|der|er) (geschrieben|buchstabiert) | wie schreibt sich ($IT|der name|das wort|der|er) | (buchstabe|buchstaben) für (buchstabe|buchstaben)`,
    "just-text": `nur (noch)? (den|als)? (text|schrift|untertitel) | (lieber)? nur (schreiben|schriftlich) | schriftlich | (stimme|ton|sprache|sprachausgabe) (aus|ab|ausschalten|abschalten) | (schalte|schalt|mach|mache|stell|stelle) $VOICE (aus|ab) | $VOICE (ausschalten|abschalten|ausmachen|abstellen) | ohne (stimme|ton|sprachausgabe) | (schalte|wechsle|wechsel|schalt) (auf|zu) text (um)? | textmodus | stumm (schalten)? | schreib (es|das)? nur (noch)? | (sprich|rede) nicht mehr schreib nur`,
    "voice-again": `(stimme|ton|sprache|sprachausgabe) (wieder)? (an|ein|anschalten|einschalten) | (schalte|schalt|mach|mache|stell|stelle) $VOICE (wieder)? (an|ein) | $VOICE (wieder)? (anschalten|einschalten|anmachen|anstellen) | (sprich|rede|red) (wieder|laut|mit mir|wieder mit mir|wieder laut) | wieder (sprechen|reden|vorlesen) | mit (stimme|ton|sprachausgabe) | lies (die antworten|es)? wieder vor | sprachmodus`,
    ledger: `(was|welche $MINE) (hast|haben) (du|sie) ($PLACE|über mich|von mir|alles|so)* $SENT ($PLACE)? | (was|welche $MINE) (wurde|wurden|ist|sind|wird|werden) ($PLACE|alles|von mir)* ($SENT|gegangen|gesendet worden) | (wohin|an wen) (hast|haben) (du|sie) ($MINE|das|es|sie|was|etwas) $SENT | (wohin|an wen) (gehen|gingen|geht|ging|sind|ist|wurden|wurde|werden|wird) ($MINE|das|es) ($SENT|gegangen)? | wem (hast|haben) (du|sie) ($MINE|das|es|was)? ($SENT|gezeigt|gegeben) | wer (hat|bekommt|bekam|sieht|sah|hört) $MINE (bekommen|gesehen|gehört|gekriegt|erhalten)? | (hast|haben) (du|sie) ($MINE|etwas|was|das) ($PLACE)? $SENT | (hat|haben) (etwas|was|$MINE) $HERE verlassen | was hat $HERE verlassen | (zeig|zeige|lies|öffne|sag) (mir)? (das|mein)? (datenschutzprotokoll|sendeprotokoll) (vor)? | (das|mein)? (datenschutzprotokoll|sendeprotokoll) | was (ging|geht) wohin`,
  },
};
