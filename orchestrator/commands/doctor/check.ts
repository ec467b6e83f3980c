/** `missing`: not there, and the rest works without it. `failed`: something that is needed does not work. */
export type CheckState = "ok" | "warn" | "missing" | "failed";

/** One line of `sightline doctor --json`. */
export interface Check {
  readonly check: string;
  readonly state: CheckState;
  readonly detail: string;
  /** What to do about it; null: nothing. */
  readonly fix: string | null;
}

/** A check that needs no fix. */
export function fine(check: string, detail: string): Check {
  return { check, state: "ok", detail, fix: null };
}
