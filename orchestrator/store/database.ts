import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StoredCall } from "./calls.ts";
import type { LedgerEntry } from "./ledger.ts";
import type { Batch } from "./messages.ts";
import { migrate } from "./migrations.ts";
import { fromCall, fromEntry, toCall, toEntry, type Row } from "./rows.ts";

/** How long another process's write is waited for. */
const BUSY_TIMEOUT_MS = 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** No call is taken up again after so long; what a crash left behind is deleted then. */
const STALE_CALL_MS = 2 * 60 * 60 * 1000;

/** The database file. Everything here blocks: it belongs into a thread of its own. */
export interface Database {
  /**
   * Returns how many of the batch are malformed and were left out, so that they hold up nothing else.
   *
   * @throws what node:sqlite throws, as every function here; nothing of the batch is written then.
   */
  write(batch: Batch): number;
  /** Newest first. */
  ofCaller(caller: string, options: { readonly call: string | null; readonly limit: number }): LedgerEntry[];
  /** Deletes a caller's entries; returns how many there were. */
  forget(caller: string): number;
  ofRoom(room: string): StoredCall | null;
  ofProcess(process: string): StoredCall[];
  /** Deletes ledger entries beyond their days, and calls that a crash left behind. */
  purge(nowMs: number): void;
  close(): void;
}

/**
 * Opens the file, made when it is not there, readable for its owner alone. Several processes may have
 * it open.
 *
 * @throws what the file system or node:sqlite throws.
 */
export function openDatabase(file: string, options: { readonly retentionDays: number }): Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // SQLite gives its side files the mode of the main one.
  closeSync(openSync(file, "a", 0o600));
  chmodSync(file, 0o600);
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON");
    migrate(database);
  } catch (error) {
    database.close();
    throw error;
  }
  return withStatements(database, options.retentionDays);
}

function withStatements(database: DatabaseSync, retentionDays: number): Database {
  const insertEntry = database.prepare(`${insert("INSERT", "ledger", ENTRY_COLUMNS)} ON CONFLICT DO NOTHING`);
  const saveCall = database.prepare(
    `${insert("INSERT", "calls", CALL_COLUMNS)}
     ON CONFLICT (id) DO UPDATE SET ${CALL_COLUMNS.map((name) => `${name} = excluded.${name}`).join(", ")}
     WHERE calls.process IN (excluded.process, :taken_from)`,
  );
  const removeCall = database.prepare("DELETE FROM calls WHERE id = ? AND process = ?");
  const ofCaller = database.prepare(
    "SELECT * FROM ledger WHERE caller = ? ORDER BY at_ms DESC, turn DESC, rowid DESC LIMIT ?",
  );
  const ofCallerCall = database.prepare(
    "SELECT * FROM ledger WHERE caller = ? AND call = ? ORDER BY at_ms DESC, turn DESC, rowid DESC LIMIT ?",
  );
  const ofRoom = database.prepare("SELECT * FROM calls WHERE room = ? ORDER BY saved_at_ms DESC LIMIT 1");
  const ofProcess = database.prepare("SELECT * FROM calls WHERE process = ?");
  const rows = (found: unknown): Row[] => found as Row[];

  /** Words of calls that are over leave the log file too, as soon as no call needs it. */
  function wipeLog(): void {
    if (database.prepare("SELECT 1 FROM calls LIMIT 1").get()) return;
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  function transaction(work: () => void): void {
    database.exec("BEGIN IMMEDIATE");
    try {
      work();
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  return {
    write({ entries, calls }) {
      let refused = 0;
      const attempt = (work: () => void): void => {
        try {
          work();
        } catch (error) {
          if (!isMalformed(error)) throw error;
          refused++;
        }
      };
      transaction(() => {
        for (const entry of entries) attempt(() => insertEntry.run(fromEntry(entry)));
        for (const write of calls)
          attempt(() =>
            write.type === "save"
              ? saveCall.run({ ...fromCall(write.call, Date.now()), taken_from: write.takenFrom ?? null })
              : removeCall.run(write.id, write.process),
          );
      });
      if (calls.some(({ type }) => type === "remove")) wipeLog();
      return refused;
    },
    ofCaller: (caller, { call, limit }) =>
      rows(call === null ? ofCaller.all(caller, limit) : ofCallerCall.all(caller, call, limit)).map(toEntry),
    forget: (caller) => Number(database.prepare("DELETE FROM ledger WHERE caller = ?").run(caller).changes),
    ofRoom: (room) => rows(ofRoom.all(room)).map(toCall)[0] ?? null,
    ofProcess: (process) => rows(ofProcess.all(process)).map(toCall),
    purge(nowMs) {
      database.prepare("DELETE FROM ledger WHERE at_ms < ?").run(nowMs - retentionDays * DAY_MS);
      database.prepare("DELETE FROM calls WHERE saved_at_ms < ?").run(nowMs - STALE_CALL_MS);
      wipeLog();
    },
    close: () => database.close(),
  };
}

/** The value's own fault, not the file's: SQLITE_CONSTRAINT, SQLITE_MISMATCH, or no SQL value at all. */
function isMalformed(error: unknown): boolean {
  if (error instanceof TypeError) return true;
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
  return code === 19 || code === 20;
}

const ENTRY_COLUMNS = [
  "turn",
  "call",
  "caller",
  "at_ms",
  "reason",
  ...["sha256", "source", "captured_at_ms", "verdict", "persons"].map((name) => `frame_${name}`),
  ...["engine", "ear", "voice"].flatMap((place) =>
    ["name", "model", "host"].map((name) => `${place}_${name}`),
  ),
];
const CALL_COLUMNS = ["id", "room", "caller", "agent", "process", "history", "saved_at_ms"];

function insert(verb: string, table: string, columns: readonly string[]): string {
  return `${verb} INTO ${table} (${columns.join(", ")}) VALUES (${columns.map((name) => `:${name}`).join(", ")})`;
}
