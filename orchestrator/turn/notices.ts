import { toLanguage, type Language } from "./language.ts";
import type { QualityHint } from "./turn.ts";

/** The fixed sentences that a turn is answered with when no engine's words are left. */
export type NoticeKey =
  | "cannot-answer"
  | "no-model"
  | "camera-off"
  | "screen-off"
  | "no-photo"
  | "lost-rest"
  | "there-is-more"
  | "cut-off"
  | QualityHint;

/** What is said, word for word; short enough to be rendered ahead and shipped as audio. */
export function noticesIn(language: string | undefined): Readonly<Record<NoticeKey, string>> {
  return NOTICES[toLanguage(language)];
}

const NOTICES: Readonly<Record<Language, Readonly<Record<NoticeKey, string>>>> = {
  en: {
    "cannot-answer": "I can't answer right now.",
    "no-model": "Without a language model I can only name what I detect in a picture.",
    "camera-off": "The camera is off, so I can't see anything. Turn it on and ask again.",
    "screen-off": "No screen is shared, so I can't see it. Share it and ask again.",
    "no-photo": "I have no picture. Add a photo and ask again.",
    "lost-rest": "I lost the rest.",
    "there-is-more": "That is not all. Say more to hear the rest.",
    "cut-off": "Part of it is outside the picture: move back a little, please.",
    "too-dark": "The picture is too dark: more light, please.",
    "too-bright": "The picture is too bright: turn away from the light, please.",
    covered: "The lens seems to be covered: uncover it, please.",
    blurred: "The picture is blurred: hold the camera still, please.",
  },
  de: {
    "cannot-answer": "Ich kann gerade nicht antworten.",
    "no-model": "Ohne Sprachmodell kann ich nur benennen, was ich auf einem Bild erkenne.",
    "camera-off": "Die Kamera ist aus, ich sehe also nichts. Schalte sie ein und frag noch einmal.",
    "screen-off":
      "Kein Bildschirm ist freigegeben, ich sehe ihn also nicht. Gib ihn frei und frag noch einmal.",
    "no-photo": "Ich habe kein Bild. Füge ein Foto hinzu und frag noch einmal.",
    "lost-rest": "Der Rest ist mir verloren gegangen.",
    "there-is-more": "Das ist nicht alles. Sag mehr, und ich mache weiter.",
    "cut-off": "Ein Teil liegt außerhalb des Bildes: bitte etwas zurückgehen.",
    "too-dark": "Das Bild ist zu dunkel: bitte mehr Licht.",
    "too-bright": "Das Bild ist zu hell: bitte vom Licht wegdrehen.",
    covered: "Die Linse scheint verdeckt zu sein: bitte freimachen.",
    blurred: "Das Bild ist verwackelt: bitte die Kamera ruhig halten.",
  },
};
