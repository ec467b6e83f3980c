/** What a key does. */
export type Shortcut = "stop" | "mute" | "camera" | "repeat" | "hang-up" | "type";

/** Single keys, by `KeyboardEvent.key` in lower case. Escape always works, the letters can be switched off. */
export const SHORTCUTS: readonly { readonly key: string; readonly does: Shortcut }[] = [
  { key: "escape", does: "stop" },
  { key: "m", does: "mute" },
  { key: "c", does: "camera" },
  { key: "r", does: "repeat" },
  { key: "t", does: "type" },
  { key: "h", does: "hang-up" },
];

/** The parts of a key press that matter. */
export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
  readonly defaultPrevented: boolean;
}

/** What a key press asks for. `inField`: it was typed into a field, where letters are text. */
export function shortcutOf(press: Press, inField: boolean, letters: boolean): Shortcut | undefined {
  if (press.ctrlKey || press.altKey || press.metaKey || press.repeat || press.defaultPrevented)
    return undefined;
  const found = SHORTCUTS.find(({ key }) => key === press.key.toLowerCase());
  if (found?.does === "stop") return found.does;
  return letters && !inField ? found?.does : undefined;
}
