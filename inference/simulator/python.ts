/** A number as Python prints a float: 3 is `3.0`. */
export function pythonFloat(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (!Number.isFinite(value)) return "NaN";
  const text = String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return `${text}.0`;
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

/** A JSON value as `json.dumps` prints it: with a blank after each comma and colon. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${pythonJson(member)}`,
  );
  return `{${members.join(", ")}}`;
}

/** A value as vLLM's validation errors show it: a quoted text, containers by kind and size only. */
export function pythonInput(value: unknown): string {
  if (Array.isArray(value)) return `'<list of ${value.length} items>'`;
  if (typeof value === "string") return pythonString(value);
  if (typeof value === "number") return `'${value}'`;
  if (typeof value === "boolean") return value ? "'True'" : "'False'";
  if (value === null || value === undefined) return "'None'";
  return `'<dict of ${Object.keys(value).length} items>'`;
}

/** A text as Python's `repr` prints it. */
export function pythonString(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return text.includes("'") && !text.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`;
}
