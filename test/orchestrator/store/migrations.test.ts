import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { migrate, migrations } from "../../../orchestrator/store/migrations.ts";

test("the schema has no column for words or pixels but a running call's history", () => {
  const database = new DatabaseSync(":memory:");
  migrate(database);
  migrate(database);
  const columns = (table: string) =>
    database
      .prepare(`SELECT name FROM pragma_table_info('${table}')`)
      .all()
      .map(({ name }) => name);
  expect(columns("ledger")).toEqual([
    "turn",
    "call",
    "caller",
    "at_ms",
    "frame_sha256",
    "frame_source",
    "frame_captured_at_ms",
    "frame_verdict",
    "frame_persons",
    "engine_name",
    "engine_model",
    "engine_host",
    "reason",
    "ear_name",
    "ear_model",
    "ear_host",
    "voice_name",
    "voice_model",
    "voice_host",
  ]);
  expect(columns("calls")).toEqual(["id", "room", "caller", "agent", "process", "history", "saved_at_ms"]);
  database.close();
});

test("entries of the version before are kept", () => {
  const database = new DatabaseSync(":memory:");
  migrate(database);
  database.exec("INSERT INTO ledger (turn, call, caller, at_ms, reason) VALUES ('t', 'c', 'ada', 1, 'why')");
  migrate(database, [...migrations, "ALTER TABLE ledger ADD COLUMN next TEXT"]);
  const { turn, caller, reason, next } = database.prepare("SELECT * FROM ledger").get() ?? {};
  expect({ turn, caller, reason, next }).toEqual({ turn: "t", caller: "ada", reason: "why", next: null });
  // An older program finds it further than it knows, uses it and leaves its version.
  migrate(database);
  expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: migrations.length + 1 });
  database.close();
});

test("a migration that fails leaves the file as it was", () => {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE calls (other TEXT)");
  expect(() => migrate(database)).toThrow("already exists");
  expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 0 });
  expect(database.prepare("SELECT name FROM sqlite_master").all()).toEqual([{ name: "calls" }]);
  database.close();
});
