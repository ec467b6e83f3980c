import { isThere } from "../newer-schema.ts";
import type { Connections, Query } from "./pool.ts";

/**
 * Each brings the schema from its index to the next version; none is ever changed once released. All but
 * the first only add, since older versions go on with what they make.
 */
export const migrations: readonly string[] = [
  // The columns are those of SQLite's tables; `seq` stands for its rowid, and names are compared byte by byte.
  `CREATE TABLE ledger (
     seq BIGINT GENERATED ALWAYS AS IDENTITY,
     turn TEXT COLLATE "C" NOT NULL,
     call TEXT NOT NULL,
     caller TEXT NOT NULL,
     at_ms BIGINT NOT NULL,
     frame_sha256 TEXT,
     frame_source TEXT,
     frame_captured_at_ms BIGINT,
     frame_verdict TEXT,
     frame_persons INTEGER,
     engine_name TEXT,
     engine_model TEXT,
     engine_host TEXT,
     reason TEXT NOT NULL,
     ear_name TEXT,
     ear_model TEXT,
     ear_host TEXT,
     voice_name TEXT,
     voice_model TEXT,
     voice_host TEXT
   );
   CREATE UNIQUE INDEX ledger_once
     ON ledger (turn, coalesce(engine_name, ''), coalesce(voice_name, ''), coalesce(voice_host, ''),
       coalesce(ear_name, ''), coalesce(ear_host, ''));
   CREATE INDEX ledger_of_caller ON ledger (caller, at_ms);
   CREATE INDEX ledger_at ON ledger (at_ms);
   CREATE TABLE calls (
     id TEXT PRIMARY KEY,
     room TEXT NOT NULL,
     caller TEXT NOT NULL,
     agent TEXT NOT NULL,
     process TEXT NOT NULL,
     history TEXT NOT NULL,
     saved_at_ms BIGINT NOT NULL
   ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
   CREATE INDEX calls_of_room ON calls (room);
   CREATE INDEX calls_of_process ON calls (process);`,
];

/** Any number, the same in every version: whoever migrates holds the lock of this name. */
const LOCK = 7_409_611_226;
/** Others may be migrating a large table. */
const MIGRATION_MS = 120_000;

/**
 * Brings the schema up to date, all steps or none, or finds it further. Whoever comes at the same time
 * waits, and finds it done.
 *
 * @throws {NewerSchemaError}
 */
export async function migrate(connections: Connections, steps = migrations): Promise<void> {
  const before = await connections.borrow(versionOf);
  if (before !== undefined && isThere(before, steps.length)) return;
  await connections.transaction(async (query) => {
    const run: Query = (text, values) => query(text, values, MIGRATION_MS);
    await run(`SET LOCAL statement_timeout = ${MIGRATION_MS}; SET LOCAL lock_timeout = ${MIGRATION_MS}`);
    await run("SELECT pg_advisory_xact_lock($1)", [LOCK]);
    const found = await versionOf(run);
    if (found === undefined) await run("CREATE TABLE sightline_schema AS SELECT 0 AS version");
    const version = found ?? 0;
    if (isThere(version, steps.length)) return;
    for (const sql of steps.slice(version)) await run(sql);
    await run("UPDATE sightline_schema SET version = $1", [steps.length]);
  });
}

/** Undefined: nobody has made the tables yet. */
async function versionOf(query: Query): Promise<number | undefined> {
  const { rows: tables } = await query("SELECT to_regclass('sightline_schema')::text AS name");
  if (tables[0]?.["name"] == null) return undefined;
  const { rows } = await query("SELECT version FROM sightline_schema");
  return Number(rows[0]?.["version"]);
}
