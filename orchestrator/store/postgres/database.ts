import type { StoredCall } from "../calls.ts";
import type { LedgerEntry } from "../ledger.ts";
import type { Batch, CallWrite } from "../messages.ts";
import { fromCall, fromEntry, toCall, toEntry, type Row } from "../rows.ts";
import { isMalformed } from "./faults.ts";
import type { Connections, Query } from "./pool.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** No call is taken up again after so long; what a crash left behind is deleted then. */
const STALE_CALL_MS = 2 * 60 * 60 * 1000;
/** What reads or deletes much may take longer than a statement that a call waits for. */
const LONG_MS = 8000;

/** The tables. Everything throws what pg throws. */
export interface PostgresDatabase {
  /** In one transaction; returns how many of the batch are malformed and were left out. */
  write(batch: Batch): Promise<number>;
  /** Newest first. */
  ofCaller(
    caller: string,
    options: { readonly call: string | null; readonly limit: number },
  ): Promise<readonly LedgerEntry[]>;
  /** Deletes a caller's entries; returns how many there were. */
  forget(caller: string): Promise<number>;
  ofRoom(room: string): Promise<StoredCall | null>;
  ofProcess(process: string): Promise<readonly StoredCall[]>;
  /** Deletes ledger entries beyond their days, and calls that a crash left behind. */
  purge(nowMs: number): Promise<void>;
}

/** The tables of a database whose schema is up to date. */
export function postgresTables(connections: Connections, retentionDays: number): PostgresDatabase {
  const ask = (text: string, values: readonly unknown[], withinMs?: number) =>
    connections.borrow((query) => query(text, values, withinMs));

  return {
    async write({ entries, calls }) {
      const rows = entries.map(fromEntry).filter(isWhole);
      const saves = calls.flatMap((write) => (write.type === "save" ? [toSave(write)] : [])).filter(isWhole);
      const removes = calls.flatMap((write) =>
        write.type === "remove" ? [{ id: write.id, process: write.process }] : [],
      );
      const refused = entries.length + calls.length - rows.length - saves.length - removes.length;
      const put = (parts: Parts) => connections.transaction((query) => putAll(query, parts));
      try {
        await put({ rows, saves, removes });
        return refused;
      } catch (error) {
        if (!isMalformed(error)) throw error;
      }
      // One that only the server finds malformed must not hold up the others.
      let more = 0;
      for (const part of [
        ...rows.map((row) => ({ rows: [row], saves: [], removes: [] })),
        ...saves.map((save) => ({ rows: [], saves: [save], removes: [] })),
        { rows: [], saves: [], removes },
      ]) {
        await put(part).catch((error: unknown) => {
          if (!isMalformed(error)) throw error;
          more++;
        });
      }
      return refused + more;
    },
    async ofCaller(caller, { call, limit }) {
      const { rows } = await ask(
        `SELECT * FROM ledger WHERE caller = $1 AND ($2::text IS NULL OR call = $2)
         ORDER BY at_ms DESC, turn DESC, seq DESC LIMIT $3`,
        [caller, call, limit],
        LONG_MS,
      );
      return rows.map(toEntry);
    },
    forget: async (caller) => (await ask("DELETE FROM ledger WHERE caller = $1", [caller], LONG_MS)).count,
    async ofRoom(room) {
      const { rows } = await ask("SELECT * FROM calls WHERE room = $1 ORDER BY saved_at_ms DESC LIMIT 1", [
        room,
      ]);
      return rows.map(toCall)[0] ?? null;
    },
    ofProcess: async (process) =>
      (await ask("SELECT * FROM calls WHERE process = $1", [process])).rows.map(toCall),
    async purge(nowMs) {
      await ask("DELETE FROM ledger WHERE at_ms < $1", [nowMs - retentionDays * DAY_MS], LONG_MS);
      await ask("DELETE FROM calls WHERE saved_at_ms < $1", [nowMs - STALE_CALL_MS], LONG_MS);
    },
  };
}

interface Parts {
  readonly rows: readonly Row[];
  readonly saves: readonly Row[];
  readonly removes: readonly Row[];
}

async function putAll(query: Query, { rows, saves, removes }: Parts): Promise<void> {
  // An empty write asks whether the database can be written to: a standby refuses it.
  if (rows.length + saves.length + removes.length === 0)
    await query("UPDATE sightline_schema SET version = version WHERE false");
  if (rows.length > 0)
    await query(`${insertMany("ledger", LEDGER)} ON CONFLICT DO NOTHING`, columns(LEDGER, rows));
  if (saves.length > 0) await query(SAVE_CALLS, columns(SAVE, saves));
  if (removes.length > 0) await query(REMOVE_CALLS, columns(REMOVE, removes));
}

/** Columns and their types. */
type Columns = Readonly<Record<string, "text" | "bigint" | "integer">>;

const LEDGER: Columns = {
  turn: "text",
  call: "text",
  caller: "text",
  at_ms: "bigint",
  frame_sha256: "text",
  frame_source: "text",
  frame_captured_at_ms: "bigint",
  frame_verdict: "text",
  frame_persons: "integer",
  engine_name: "text",
  engine_model: "text",
  engine_host: "text",
  reason: "text",
  ear_name: "text",
  ear_model: "text",
  ear_host: "text",
  voice_name: "text",
  voice_model: "text",
  voice_host: "text",
};
const CALL: Columns = {
  id: "text",
  room: "text",
  caller: "text",
  agent: "text",
  process: "text",
  history: "text",
  saved_at_ms: "bigint",
};
const SAVE: Columns = { ...CALL, taken_from: "text" };
const REMOVE: Columns = { id: "text", process: "text" };
const REMOVE_CALLS = `DELETE FROM calls USING ${unnest(REMOVE)}
  WHERE calls.id = given.id AND calls.process = given.process`;

const CALL_NAMES = Object.keys(CALL);
/** A row goes in when there is none, or over one of its own process or of the one that the call was taken from. */
const SAVE_CALLS = `
  WITH saved AS (SELECT * FROM ${unnest(SAVE)})
  INSERT INTO calls (${CALL_NAMES.join(", ")}) SELECT ${CALL_NAMES.join(", ")} FROM saved
  ON CONFLICT (id) DO UPDATE SET ${CALL_NAMES.map((name) => `${name} = excluded.${name}`).join(", ")}
  WHERE EXISTS (
    SELECT FROM saved WHERE saved.id = calls.id AND calls.process IN (saved.process, saved.taken_from)
  )`;

function toSave({ call, takenFrom }: Extract<CallWrite, { readonly type: "save" }>): Row {
  return { ...fromCall(call, Date.now()), taken_from: takenFrom ?? null };
}

/** Several rows in one statement: each column is one array, in the order of the rows. */
function insertMany(table: string, of: Columns): string {
  const names = Object.keys(of).join(", ");
  return `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${unnest(of)}`;
}

function unnest(of: Columns): string {
  const arrays = Object.values(of).map((type, at) => `$${at + 1}::${type}[]`);
  return `unnest(${arrays.join(", ")}) AS given (${Object.keys(of).join(", ")})`;
}

function columns(of: Columns, rows: readonly Row[]): readonly unknown[] {
  return Object.keys(of).map((name) => rows.map((row) => row[name] ?? null));
}

/** Whether every value is one that a column takes; PostgreSQL's text has no NUL. */
function isWhole(row: Row): boolean {
  return Object.values<unknown>(row).every(
    (value) =>
      value === null || Number.isSafeInteger(value) || (typeof value === "string" && !value.includes("\0")),
  );
}
