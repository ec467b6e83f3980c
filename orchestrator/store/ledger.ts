/** Which picture a turn used. Never its pixels. */
export interface LedgerFrame {
  /** sha256 of the bytes that left for the engine; lower-case hex. */
  readonly sha256: string;
  readonly source: "camera" | "screen" | "photo";
  /** Wall clock, milliseconds since 1970. */
  readonly capturedAtMs: number;
  readonly verdict: "clear" | "person" | "unknown";
  /** People that the detector counted; null when it gave no boxes. */
  readonly persons: number | null;
}

/** Where something of a turn was computed. */
export interface LedgerPlace {
  /** `local`, `cloud`, `describer`, or a speech service's name. */
  readonly name: string;
  readonly model: string | null;
  /** `this machine`, or the host that got the data. */
  readonly host: string;
}

/** What a turn sent where, and why: one for each engine that was asked, or one without. No word that was said, no pixel. */
export interface LedgerEntry {
  readonly turn: string;
  readonly call: string;
  /** Whose entry it is; each caller sees only their own. */
  readonly caller: string;
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number;
  readonly frame: LedgerFrame | null;
  /** Who answered; null: a fixed sentence or a local command. */
  readonly engine: LedgerPlace | null;
  /** The route's reason. */
  readonly reason: string;
  /** Which service got the caller's audio; null: typed. */
  readonly ear: LedgerPlace | null;
  /** Which service got the answer's words; null: not spoken. */
  readonly voice: LedgerPlace | null;
}

export interface Ledger {
  /** Never throws and is not waited for: a turn does not depend on its record. A fault is logged. */
  add(entry: LedgerEntry): void;
  /** A caller's own entries, newest first. */
  ofCaller(
    caller: string,
    options?: { readonly limit?: number; readonly call?: string },
  ): Promise<readonly LedgerEntry[]>;
  /** Writes what is pending. */
  close(): Promise<void>;
}
