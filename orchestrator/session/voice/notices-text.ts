import { toLanguage, type Language } from "../../turn/language.ts";
import { noticesIn, type NoticeKey } from "../../turn/notices.ts";

/** The fixed sentences of a call; `slower` to `longer` acknowledge a local command. */
export type CallNoticeKey =
  | NoticeKey
  | "resumed"
  | "one-moment"
  | "answer-later"
  | "as-of-now"
  | "still-cannot"
  | "ending-soon"
  | "shutdown"
  | "goodbye"
  | "cannot-hear"
  | "hearing-again"
  | "screen-shared"
  | "screen-ended"
  | "slower"
  | "slowest"
  | "faster"
  | "fastest"
  | "shorter"
  | "shortest"
  | "longer"
  | "longest"
  | "text-only-on"
  | "text-only-off"
  | "read-here"
  | "nothing-to-repeat"
  | "nothing-to-spell";

/** Every fixed sentence of a call in the language of a BCP 47 tag, the core's own among them. */
export function callNoticesIn(language: string | undefined): Readonly<Record<CallNoticeKey, string>> {
  return { ...noticesIn(language), ...CALL_NOTICES[toLanguage(language)] };
}

type OwnKey = Exclude<CallNoticeKey, NoticeKey>;

const CALL_NOTICES: Readonly<Record<Language, Readonly<Record<OwnKey, string>>>> = {
  en: {
    resumed: "I was cut off for a moment. We can go on.",
    "one-moment": "One moment, please.",
    "answer-later": "I will answer as soon as I can.",
    "as-of-now": "You asked something a while ago. This is the answer as of now.",
    "still-cannot": "I still can't answer. Please ask me again later.",
    "ending-soon": "I have to end the call in a few minutes. Until then we can go on.",
    shutdown: "I have to end the call now. Please call again.",
    goodbye: "Goodbye.",
    "cannot-hear": "I can't hear you right now. You can type your question.",
    "hearing-again": "I can hear you again.",
    "screen-shared": "Your screen is shared. I can see it now.",
    "screen-ended": "Your screen is no longer shared.",
    slower: "Slower.",
    slowest: "This is as slow as I can speak.",
    faster: "Faster.",
    fastest: "This is as fast as I can speak.",
    shorter: "Shorter.",
    shortest: "My answers are as short as they get.",
    longer: "More.",
    longest: "My answers are as long as they get.",
    "text-only-on": "Only text from now on.",
    "text-only-off": "I speak again.",
    "read-here": "Here my answers are text; your own device decides how it reads them.",
    "nothing-to-repeat": "I haven't said anything yet.",
    "nothing-to-spell": "There is nothing to spell yet.",
  },
  de: {
    resumed: "Ich war kurz unterbrochen. Wir können weitermachen.",
    "one-moment": "Einen Moment, bitte.",
    "answer-later": "Ich antworte, sobald ich kann.",
    "as-of-now": "Du hast vorhin etwas gefragt. Das ist die Antwort nach jetzigem Stand.",
    "still-cannot": "Ich kann immer noch nicht antworten. Bitte frag mich später noch einmal.",
    "ending-soon": "In ein paar Minuten muss ich das Gespräch beenden. Bis dahin können wir weitermachen.",
    shutdown: "Ich muss das Gespräch jetzt beenden. Bitte ruf noch einmal an.",
    goodbye: "Auf Wiederhören.",
    "cannot-hear": "Ich kann dich gerade nicht hören. Du kannst deine Frage tippen.",
    "hearing-again": "Ich höre dich wieder.",
    "screen-shared": "Dein Bildschirm ist freigegeben. Ich kann ihn jetzt sehen.",
    "screen-ended": "Dein Bildschirm ist nicht mehr freigegeben.",
    slower: "Langsamer.",
    slowest: "Langsamer kann ich nicht sprechen.",
    faster: "Schneller.",
    fastest: "Schneller kann ich nicht sprechen.",
    shorter: "Kürzer.",
    shortest: "Kürzer kann ich nicht antworten.",
    longer: "Mehr.",
    longest: "Ausführlicher kann ich nicht antworten.",
    "text-only-on": "Ab jetzt nur Text.",
    "text-only-off": "Ich spreche wieder.",
    "read-here": "Hier sind meine Antworten Text; dein Gerät bestimmt, wie es sie vorliest.",
    "nothing-to-repeat": "Ich habe noch nichts gesagt.",
    "nothing-to-spell": "Es gibt noch nichts zu buchstabieren.",
  },
};
