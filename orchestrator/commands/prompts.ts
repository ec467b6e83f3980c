/** `a|b` → turns in order: split at bars, trimmed, empty ones dropped; `\|` is a literal bar. */
export function splitPrompts(text: string): readonly string[] {
  return text
    .split(/(?<!\\)\|/)
    .map((prompt) => prompt.replaceAll("\\|", "|").trim())
    .filter((prompt) => prompt !== "");
}
