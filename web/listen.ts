import type { Page } from "./page.ts";
import { shortcutOf } from "./shortcuts.ts";

/** Id of the field for typed questions. */
export const QUESTION_ID = "question";
/** Id of the one big button. */
export const CALL_ID = "call";

/** Acts on the page's keys; returns a function that ends it. Enter calls when nothing has the focus. */
export function listenForShortcuts(page: Page): () => void {
  const onKey = (event: KeyboardEvent) => {
    const target = event.target instanceof Element ? event.target : document.body;
    const inField = target.matches("input:not([type=checkbox], [type=file]), textarea, select");
    const inCall = page.view.get().phase !== "idle";
    if (event.key === "Enter" && target === document.body && !inCall) return page.press();
    const shortcut = shortcutOf(event, inField, page.settings.get().shortcuts);
    if (shortcut === "stop") return page.stop();
    if (shortcut === "type") {
      event.preventDefault();
      return document.getElementById(QUESTION_ID)?.focus();
    }
    if (!inCall) return;
    if (shortcut === "mute") page.caller.toggle("microphone");
    if (shortcut === "camera") page.caller.toggle("camera");
    if (shortcut === "repeat") page.caller.command("repeat");
    if (shortcut === "hang-up") page.press();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
