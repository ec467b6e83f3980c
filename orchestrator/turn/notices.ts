import type { QualityHint } from "./turn.ts";

/** The fixed sentences that are spoken without a model. */
type NoticeKey = "cannot-answer" | "no-model" | "camera-off" | "screen-off" | "lost-rest" | QualityHint;

/** What is said, word for word; short enough to be rendered ahead and shipped as audio. */
export const NOTICES: Readonly<Record<NoticeKey, string>> = {
  "cannot-answer": "I can't answer right now.",
  "no-model": "Without a language model I can only name what I detect in a picture.",
  "camera-off": "The camera is off, so I can't see anything. Turn it on and ask again.",
  "screen-off": "No screen is shared, so I can't see it. Share it and ask again.",
  "lost-rest": "I lost the rest.",
  "too-dark": "The picture is too dark: more light, please.",
  "too-bright": "The picture is too bright: turn away from the light, please.",
  covered: "The lens seems to be covered: uncover it, please.",
  blurred: "The picture is blurred: hold the camera still, please.",
};
