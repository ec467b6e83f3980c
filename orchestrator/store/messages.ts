import type { StoredCall } from "./calls.ts";
import type { LedgerEntry } from "./ledger.ts";

/** What the latest word on a running call is: its state, or that it is over. */
export type CallWrite =
  | { readonly type: "save"; readonly call: StoredCall; readonly takenFrom?: string }
  | { readonly type: "remove"; readonly id: string; readonly process: string };

/** Written in one transaction; writing the same batch again changes nothing. */
export interface Batch {
  readonly entries: readonly LedgerEntry[];
  readonly calls: readonly CallWrite[];
}

/** What the store is asked, in its thread or over the network. */
export type StoreRequest =
  | { readonly type: "write"; readonly batch: Batch }
  | {
      readonly type: "of-caller";
      readonly caller: string;
      readonly call: string | null;
      readonly limit: number;
    }
  | { readonly type: "forget"; readonly caller: string }
  | { readonly type: "of-room"; readonly room: string }
  | { readonly type: "of-process"; readonly process: string }
  | { readonly type: "close" };

/** What each request is answered with. */
export interface StoreResults {
  /** Writes that were malformed and left out. */
  readonly write: number;
  readonly "of-caller": readonly LedgerEntry[];
  /** Entries that are gone. */
  readonly forget: number;
  readonly "of-room": StoredCall | null;
  readonly "of-process": readonly StoredCall[];
  readonly close: null;
}

/** Why the database did not do it. `refused`: it does not let us in; `newer`: another version of us made it. */
export type StoreFault = "busy" | "full" | "corrupt" | "unavailable" | "refused" | "newer";

/** The thread's answer to the request of the same number. */
export type StoreReply =
  | { readonly number: number; readonly ok: true; readonly result: unknown }
  | { readonly number: number; readonly ok: false; readonly fault: StoreFault };

/** The database cannot be read or written now. It never says what was to be stored. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly fault: StoreFault;

  constructor(fault: StoreFault) {
    super(`store: ${fault}`);
    this.fault = fault;
  }
}
