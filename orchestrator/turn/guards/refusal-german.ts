/** How the clouds' models decline in German, in the notation of `phrases`; its parts begin with `DE_`. */
export const GERMAN_REFUSAL = `$DE_PREAMBLE (${[
  "$DE_CAN $DE_ADVERB* ($DE_YOU | $DE_ABOUT)* $DE_ADVERB* nicht ($DE_HELP | behilflich)",
  "($DE_ABOUT | das | darauf | darüber | diese anfrage | diese frage) $DE_MAY ich $DE_ADVERB* $DE_YOU? $DE_ADVERB* (nicht | keine) ($DE_HELP | tun | auskunft | angaben | aussage | aussagen)",
  "$DE_CAN $DE_ADVERB* (das | darauf | diese anfrage | diese frage | ihre anfrage | deine anfrage) $DE_ADVERB* nicht ($DE_HELP | tun | machen)",
  "$DE_CAN $DE_ADVERB* (keine | niemanden) $DE_PERSON? ($DE_IN)? (identifizieren | beschreiben | bewerten | beurteilen | benennen)",
  "$DE_CAN $DE_ADVERB* $DE_THE* $DE_PERSON ($DE_IN)? $DE_ADVERB* nicht (identifizieren | beschreiben | bewerten | beurteilen | benennen)",
  "$DE_CAN $DE_ADVERB* (keine | $DE_THE) (bilder | fotos | bild | foto | videos) $DE_ADVERB* nicht? (analysieren | ansehen | anzeigen | verarbeiten | öffnen | betrachten | interpretieren | beschreiben)",
  "$DE_CAN $DE_ADVERB* keine (angaben | aussagen | auskunft | auskünfte | informationen | vermutungen | details) (zu | über)",
  "$DE_CAN $DE_YOU? $DE_ADVERB* nicht sagen , wer",
  "ich bin $DE_ADVERB* nicht (in der lage | befugt | berechtigt | dafür ausgelegt | dazu in der lage) ,? $DE_THE* ($DE_PERSON | bilder | bild | fotos | foto) ($DE_IN)? zu (identifizieren | beschreiben | erkennen | analysieren | bewerten)",
  "ich bin (nur | lediglich | leider | bloß)* (ein | eine | einem)? (ki | ki-modell | ki-assistent | ki-sprachmodell | künstliche | sprachmodell | textbasiertes | textbasierter | chatbot)",
  "als (ein | eine)? (ki | ki-modell | ki-assistent | ki-sprachmodell | künstliche | sprachmodell | virtueller | digitaler | textbasiertes | textbasierter | reines | verantwortungsvolle)",
  "aus (datenschutzgründen | sicherheitsgründen | ethischen | gründen | rücksicht | respekt | rechtlichen)",
  "(zum schutz der privatsphäre | wegen (meiner | der) (richtlinien | datenschutzrichtlinien) | aufgrund (meiner | der | von) (richtlinien | datenschutzrichtlinien | datenschutz | nutzungsrichtlinien))",
  "(meine | unsere | die) (richtlinien | nutzungsrichtlinien | inhaltsrichtlinien | sicherheitsrichtlinien)",
  "ich (muss | möchte) (das | dies | diese anfrage | deine anfrage | ihre anfrage) $DE_ADVERB* ablehnen",
].join(" | ")})`;

/** Words are those of `spokenWords`, which takes "im" for "I'm". */
export const GERMAN_REFUSAL_PARTS: Readonly<Record<string, string>> = {
  DE_PREAMBLE:
    "((oh | hallo | nein | hm) $STOP?)* ((es tut mir (sehr | wirklich | aufrichtig)? leid | tut mir (sehr | wirklich)? leid | entschuldigung | entschuldige | entschuldigen sie | verzeihung | ich bedauere | ich bedaure | leider | bedauerlicherweise | ich fürchte) $STOP? (aber | dass | denn)? ,?)*",
  DE_CAN: "(ich $DE_MAY | $DE_MAY ich)",
  DE_MAY: "(kann | darf | werde | möchte | könnte | dürfte)",
  DE_YOU: "(dir | ihnen | euch)",
  DE_ADVERB: "(leider | derzeit | aktuell | momentan | hier | so | direkt | auch | grundsätzlich | aber)",
  DE_ABOUT:
    "(dabei | damit | hierbei | hiermit | bei (dieser | deiner | ihrer) (anfrage | frage | aufgabe | bitte) | mit (dieser | deiner | ihrer) (anfrage | frage | bitte))",
  DE_HELP:
    "(helfen | weiterhelfen | assistieren | unterstützen | beantworten | antworten | entsprechen | nachkommen | dienen | bearbeiten | erfüllen | ausführen)",
  DE_THE:
    "(die | diese | den | diesen | das | dieses | der | dieser | identität | abgebildete | abgebildeten)",
  DE_PERSON:
    "(person | personen | menschen | mensch | leute | mann | männer | frau | frauen | kind | kinder | gesicht | gesichter | identität | identitäten | aussehen)",
  DE_IN: "(auf | in | i am) (dem | diesem | der | den | diesen)? (bild | foto | bildern | fotos | aufnahme)",
};
