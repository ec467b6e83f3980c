/** The access code in an address's fragment (`#code=…`), which no server ever sees; empty: none. */
export function codeOf(fragment: string): string {
  return new URLSearchParams(fragment.replace(/^#/, "")).get("code") ?? "";
}
