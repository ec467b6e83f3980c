import { HERE } from "../../lib/own-network.ts";
import type { LedgerEntry, LedgerFrame, LedgerPlace } from "../../store/ledger.ts";
import { toLanguage, type Language } from "../../turn/language.ts";
import { LEDGER_ENGLISH, LEDGER_GERMAN } from "./ledger-words-languages.ts";

/** Pictures that went the same way. */
export interface PictureGroup {
  readonly count: number;
  readonly verdict: LedgerFrame["verdict"];
  /** Names of the places they went to; none: they stayed. */
  readonly places: readonly string[];
}

/** What left this machine in a call, counted. Places are names that can be said. */
export interface Sent {
  readonly pictures: readonly PictureGroup[];
  /** Places that got the caller's voice. */
  readonly voice: readonly string[];
  /** Places that got the answers' words to speak them. */
  readonly words: readonly string[];
  /** Questions, and the answers before them, that went to a model elsewhere. */
  readonly questions: { readonly count: number; readonly places: readonly string[] };
  /** Whose server all sound and pictures pass on their way here; undefined: nobody else's. */
  readonly relay: string | undefined;
}

export interface LedgerWords {
  readonly empty: string;
  /** One or two sentences, and one more when sound and pictures pass somebody else's server. */
  say(sent: Sent): string;
  relayed(server: string): string;
}

const WORDS: Readonly<Record<Language, LedgerWords>> = { en: LEDGER_ENGLISH, de: LEDGER_GERMAN };

/**
 * What a call sent where, in sentences to be spoken: exact counts, nothing left out.
 *
 * @param entries of one call, in any order; one turn may have several, one for each place
 * @param language BCP 47
 * @param relay host that all sound and pictures of the call pass, when it is not the operator's own
 */
export function ledgerWords(entries: readonly LedgerEntry[], language: string, relay?: string): string {
  const words = WORDS[toLanguage(language)];
  const server = relay === undefined ? undefined : nameOf(relay);
  if (entries.length > 0) return words.say(count(entries, server));
  return server === undefined ? words.empty : `${words.empty} ${words.relayed(server)}`;
}

function count(entries: readonly LedgerEntry[], relay: string | undefined): Sent {
  const remote = entries.filter(({ engine }) => isElsewhere(engine));
  return {
    pictures: countPictures(entries),
    voice: namesOf(entries.map(({ ear }) => ear)),
    words: namesOf(entries.map(({ voice }) => voice)),
    questions: {
      count: new Set(remote.map(({ turn }) => turn)).size,
      places: namesOf(remote.map(({ engine }) => engine)),
    },
    relay,
  };
}

/** A picture is one capture, whatever sizes of it went wherever how often. */
function countPictures(entries: readonly LedgerEntry[]): readonly PictureGroup[] {
  const captures = new Map<string, { verdict: LedgerFrame["verdict"]; engines: (LedgerPlace | null)[] }>();
  for (const { frame, engine } of entries) {
    if (!frame) continue;
    const key = `${frame.source} ${frame.capturedAtMs}`;
    const known = captures.get(key) ?? { verdict: frame.verdict, engines: [] };
    known.engines.push(engine);
    captures.set(key, known);
  }
  const groups = new Map<string, PictureGroup>();
  for (const { verdict, engines } of captures.values()) {
    const places = namesOf(engines);
    const key = JSON.stringify(places.length === 0 ? [] : [places, verdict]);
    groups.set(key, { verdict, places, count: (groups.get(key)?.count ?? 0) + 1 });
  }
  return [...groups.values()].sort((a, b) => a.places.length - b.places.length);
}

function isElsewhere(place: LedgerPlace | null): place is LedgerPlace {
  return place !== null && place.host !== HERE;
}

/** The names of all places elsewhere, each once, in alphabetical order. */
function namesOf(places: readonly (LedgerPlace | null)[]): readonly string[] {
  return [...new Set(places.filter(isElsewhere).map(({ host }) => nameOf(host)))].sort();
}

/** Names by the domain that proves them: a host of the operator's own is called by its name. */
const KNOWN: readonly (readonly [domain: string, name: string])[] = [
  ["deepgram.com", "Deepgram"],
  ["elevenlabs.io", "ElevenLabs"],
  ["assemblyai.com", "AssemblyAI"],
  ["livekit.cloud", "LiveKit Cloud"],
];

function nameOf(host: string): string {
  const known = KNOWN.find(([domain]) => host === domain || host.endsWith(`.${domain}`));
  return known ? known[1] : host;
}
