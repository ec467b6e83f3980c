import type { DatabaseSync } from "node:sqlite";
import { isThere } from "./newer-schema.ts";

/**
 * Each brings the schema from its index to the next version; none is ever changed once released. All but
 * the first only add, since older versions go on with what they make.
 */
export const migrations: readonly string[] = [
  // A turn may have asked several engines, or been heard or spoken by several services: each has an entry.
  `CREATE TABLE ledger (
     turn TEXT NOT NULL,
     call TEXT NOT NULL,
     caller TEXT NOT NULL,
     at_ms INTEGER NOT NULL,
     frame_sha256 TEXT,
     frame_source TEXT,
     frame_captured_at_ms INTEGER,
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
   ) STRICT;
   CREATE UNIQUE INDEX ledger_once
     ON ledger (turn, ifnull(engine_name, ''), ifnull(voice_name, ''), ifnull(voice_host, ''),
       ifnull(ear_name, ''), ifnull(ear_host, ''));
   CREATE INDEX ledger_of_caller ON ledger (caller, at_ms);
   CREATE INDEX ledger_at ON ledger (at_ms);
   CREATE TABLE calls (
     id TEXT PRIMARY KEY,
     room TEXT NOT NULL,
     caller TEXT NOT NULL,
     agent TEXT NOT NULL,
     process TEXT NOT NULL,
     history TEXT NOT NULL,
     saved_at_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX calls_of_room ON calls (room);
   CREATE INDEX calls_of_process ON calls (process);`,
];

/**
 * Brings the schema up to date, or finds it further. Safe while other processes, older ones too, use it.
 *
 * @throws {NewerSchemaError}
 */
export function migrate(database: DatabaseSync, steps = migrations): void {
  if (isThere(versionOf(database), steps.length)) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    const version = versionOf(database);
    if (!isThere(version, steps.length)) {
      for (const sql of steps.slice(version)) database.exec(sql);
      database.exec(`PRAGMA user_version = ${steps.length}`);
    }
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
}
