import type { StoredCall } from "./calls.ts";
import type { LedgerEntry } from "./ledger.ts";
import type { Batch, CallWrite } from "./messages.ts";

/** Writes that are not stored yet: bounded, and of a call only its latest word. */
export interface Outbox {
  readonly empty: boolean;
  addEntry(entry: LedgerEntry): void;
  saveCall(call: StoredCall, takenFrom?: string): void;
  removeCall(id: string, process: string): void;
  /** Everything that waits; it stays until `stored`. */
  batch(): Batch;
  /** The batch is in the database. */
  stored(batch: Batch): void;
  /** What waits of a caller's entries, newest first. */
  ofCaller(caller: string, call: string | undefined): readonly LedgerEntry[];
  /** Drops what waits of a caller's entries. */
  forget(caller: string): void;
  /** Entries and calls that were dropped because too many waited. */
  readonly dropped: number;
}

/** Creates an empty one; beyond `limit` waiting entries or calls the oldest are dropped and counted. */
export function createOutbox(limit: number): Outbox {
  let entries: LedgerEntry[] = [];
  const calls = new Map<string, CallWrite>();
  let dropped = 0;

  function put(id: string, write: CallWrite): void {
    calls.delete(id);
    calls.set(id, write);
    const [oldest] = calls.keys();
    if (calls.size <= limit || oldest === undefined) return;
    calls.delete(oldest);
    dropped++;
  }

  return {
    get empty() {
      return entries.length === 0 && calls.size === 0;
    },
    get dropped() {
      return dropped;
    },
    addEntry(entry) {
      entries.push(entry);
      if (entries.length <= limit) return;
      entries.shift();
      dropped++;
    },
    saveCall: (call, takenFrom) =>
      put(call.id, { type: "save", call, ...(takenFrom !== undefined && { takenFrom }) }),
    removeCall: (id, process) => put(id, { type: "remove", id, process }),
    batch: () => ({ entries: [...entries], calls: [...calls.values()] }),
    stored(batch) {
      const done = new Set(batch.entries);
      entries = entries.filter((entry) => !done.has(entry));
      for (const write of batch.calls) {
        const id = write.type === "save" ? write.call.id : write.id;
        if (calls.get(id) === write) calls.delete(id);
      }
    },
    ofCaller: (caller, call) =>
      entries
        .filter((entry) => entry.caller === caller && (call === undefined || entry.call === call))
        .reverse(),
    forget(caller) {
      entries = entries.filter((entry) => entry.caller !== caller);
    },
  };
}
