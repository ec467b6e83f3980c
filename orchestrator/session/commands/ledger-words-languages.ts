import { capitalised, listed, numberWord } from "../../turn/words.ts";
import { germanList, germanNumber } from "../../turn/words-german.ts";
import type { LedgerWords, PictureGroup, Sent } from "./ledger-words.ts";

/** What was sent where, in English. */
export const LEDGER_ENGLISH: LedgerWords = {
  empty: "The record of this call is still empty.",
  say(sent) {
    const total = totalOf(sent);
    const noun = total === 1 ? "picture" : "pictures";
    const first = `In this call, ${total === 0 ? "no" : numberWord(total)} ${noun}`;
    const ways = sent.pictures.map((group) => englishGroup(group, total));
    const pictures = ways.length === 0 ? `${first}.` : `${first}: ${ways.join(", ")}.`;
    const others = [
      ...(sent.voice.length > 0 ? [`your voice went to ${listed(sent.voice)}`] : []),
      ...(sent.words.length > 0 ? [`my words went to ${listed(sent.words)}`] : []),
      ...(sent.questions.count > 0
        ? [
            `the words of ${numberWord(sent.questions.count)} ${sent.questions.count === 1 ? "question" : "questions"} went to ${listed(sent.questions.places)}`,
          ]
        : []),
    ];
    return [
      pictures,
      ...(others.length > 0 ? [`${capitalised(listed(others))}.`] : []),
      ...(sent.relay === undefined ? [] : [LEDGER_ENGLISH.relayed(sent.relay)]),
      ...(others.length === 0 && sent.relay === undefined ? ["Nothing left this machine."] : []),
    ].join(" ");
  },
  relayed: (server) => `All sound and pictures of this call pass through ${server}.`,
};

function englishGroup({ count, verdict, places }: PictureGroup, total: number): string {
  const who = count === total ? (total === 1 ? "it" : "all") : numberWord(count);
  if (places.length === 0) return `${who} stayed on this machine`;
  const people = { clear: "without people", person: "with people", unknown: "not checked for people" }[
    verdict
  ];
  return count === total
    ? `${who} went to ${listed(places)}, ${people}`
    : `${who} ${people} went to ${listed(places)}`;
}

/** What was sent where, in German. */
export const LEDGER_GERMAN: LedgerWords = {
  empty: "Das Protokoll dieses Gesprächs ist noch leer.",
  say(sent) {
    const total = totalOf(sent);
    const first = `In diesem Gespräch ${total === 0 ? "kein Bild" : total === 1 ? "ein Bild" : `${germanNumber(total)} Bilder`}`;
    const ways = sent.pictures.map((group) => germanGroup(group, total));
    const pictures = ways.length === 0 ? `${first}.` : `${first}: ${ways.join(", ")}.`;
    const others = [
      ...(sent.voice.length > 0 ? [`deine Stimme ging an ${germanList(sent.voice)}`] : []),
      ...(sent.words.length > 0 ? [`meine Worte gingen an ${germanList(sent.words)}`] : []),
      ...(sent.questions.count > 0
        ? [
            `die Worte ${sent.questions.count === 1 ? "einer Frage" : `von ${germanNumber(sent.questions.count)} Fragen`} gingen an ${germanList(sent.questions.places)}`,
          ]
        : []),
    ];
    return [
      pictures,
      ...(others.length > 0 ? [`${capitalised(germanList(others))}.`] : []),
      ...(sent.relay === undefined ? [] : [LEDGER_GERMAN.relayed(sent.relay)]),
      ...(others.length === 0 && sent.relay === undefined ? ["Nichts hat diesen Rechner verlassen."] : []),
    ].join(" ");
  },
  relayed: (server) => `Ton und Bilder dieses Gesprächs laufen über ${server}.`,
};

function germanGroup({ count, verdict, places }: PictureGroup, total: number): string {
  const one = count === 1;
  const who = count === total ? (one ? "es" : "alle") : one ? "eines" : germanNumber(count);
  if (places.length === 0) return `${who} ${one ? "blieb" : "blieben"} auf diesem Rechner`;
  const people = {
    clear: "ohne Personen",
    person: "mit Personen",
    unknown: "nicht auf Personen geprüft",
  }[verdict];
  const went = one ? "ging" : "gingen";
  return count === total
    ? `${who} ${went} an ${germanList(places)}, ${people}`
    : `${who} ${people} ${went} an ${germanList(places)}`;
}

function totalOf({ pictures }: Sent): number {
  return pictures.reduce((sum, { count }) => sum + count, 0);
}
