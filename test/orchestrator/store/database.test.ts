import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDatabase, type Database } from "../../../orchestrator/store/database.ts";
import { entry, storedCall } from "./entry.ts";
import { testFolder } from "./test-folder.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

function open(file = join(testFolder(), "data", "sightline.db"), retentionDays = 30): Database {
  const database = openDatabase(file, { retentionDays });
  onTestFinished(() => database.close());
  return database;
}
const ofCaller = (database: Database, caller: string, limit = 50) =>
  database.ofCaller(caller, { call: null, limit }).map(({ turn }) => turn);

describe("the ledger", () => {
  test("is the caller's own, newest first, of one call when asked, and limited", () => {
    const database = open();
    const entries = [1, 2, 3, 4].map((n) =>
      entry(`t${n}`, { atMs: n * 1000, call: n % 2 === 0 ? "even" : "odd" }),
    );
    database.write({ entries: [...entries, entry("bob's", { caller: "bob" })], calls: [] });
    expect(ofCaller(database, "ada")).toEqual(["t4", "t3", "t2", "t1"]);
    expect(ofCaller(database, "ada", 2)).toEqual(["t4", "t3"]);
    expect(ofCaller(database, "bob")).toEqual(["bob's"]);
    expect(ofCaller(database, "ADA")).toEqual([]);
    expect(database.ofCaller("ada", { call: "odd", limit: 9 }).map(({ turn }) => turn)).toEqual(["t3", "t1"]);
    expect(database.ofCaller("bob", { call: "odd", limit: 9 })).toEqual([]);
  });

  test("holds every engine that a turn asked", () => {
    const database = open();
    const local = entry("t1");
    const cloud = entry("t1", { engine: { name: "cloud", model: null, host: "api.openai.com" } });
    database.write({ entries: [local, cloud], calls: [] });
    database.write({ entries: [cloud, local], calls: [] });
    expect(database.ofCaller("ada", { call: null, limit: 9 })).toEqual([cloud, local]);
    expect(database.forget("ada")).toBe(2);
  });

  test("holds every voice that was given words of a turn", () => {
    const database = open();
    const voices = ["api.elevenlabs.io", "this machine"].map((host) =>
      entry("t1", { engine: null, voice: { name: "voice", model: null, host } }),
    );
    database.write({ entries: voices, calls: [] });
    database.write({ entries: voices, calls: [] });
    expect(database.ofCaller("ada", { call: null, limit: 9 })).toEqual(voices.toReversed());
  });

  test("keeps the first word on a turn and an engine: a batch may be written twice", () => {
    const database = open();
    const batch = { entries: [entry("t1")], calls: [] };
    database.write(batch);
    database.write(batch);
    database.write({ entries: [entry("t1", { caller: "mallory" })], calls: [] });
    expect(ofCaller(database, "ada")).toEqual(["t1"]);
    expect(ofCaller(database, "mallory")).toEqual([]);
  });

  test("forgets a caller and nobody else", () => {
    const database = open();
    database.write({ entries: [entry("a"), entry("b"), entry("c", { caller: "bob" })], calls: [] });
    expect(database.forget("ada")).toBe(2);
    expect(ofCaller(database, "ada")).toEqual([]);
    expect(ofCaller(database, "bob")).toEqual(["c"]);
  });

  test("drops what is older than its days", () => {
    const database = open(undefined, 7);
    const nowMs = 1_800_000_000_000;
    database.write({
      entries: [entry("old", { atMs: nowMs - 7 * DAY_MS - 1 }), entry("young", { atMs: nowMs - 7 * DAY_MS })],
      calls: [],
    });
    database.purge(nowMs);
    expect(ofCaller(database, "ada")).toEqual(["young"]);
  });

  test("leaves out what is malformed, counts it, and writes the rest", () => {
    const database = open();
    const broken = [{ reason: null }, { atMs: Number.NaN }, { call: {} }].map((fault, n) =>
      entry(`broken${n}`, fault as never),
    );
    expect(database.write({ entries: [...broken, entry("good")], calls: [] })).toBe(3);
    expect(ofCaller(database, "ada")).toEqual(["good"]);
  });
});

describe("running calls", () => {
  test("are found by room and by process, with the latest history", () => {
    const database = open();
    const first = storedCall("c1");
    const later = { ...first, history: [...first.history, ...first.history] };
    database.write({ entries: [], calls: [{ type: "save", call: first }] });
    database.write({
      entries: [],
      calls: [
        { type: "save", call: later },
        { type: "save", call: storedCall("c2", { process: "process-2" }) },
      ],
    });
    expect(database.ofRoom("room-c1")).toEqual(later);
    expect(database.ofProcess("process-1")).toEqual([later]);
    expect(database.ofRoom("nowhere")).toBeNull();
  });

  test("are stored without pictures, whatever was handed over", () => {
    const database = open();
    const jpeg = { bytes: new Uint8Array([1, 2, 3]), sha256: "ff", width: 1, height: 1 };
    const call = storedCall("c1");
    const history = call.history.map((turn) => ({ ...turn, jpeg, note: "kept" }));
    database.write({ entries: [], calls: [{ type: "save", call: { ...call, history } }] });
    expect(database.ofRoom("room-c1")?.history).toEqual([{ ...call.history[0], note: "kept" }]);
  });

  test("leave no word in any file once they are over", () => {
    const file = join(testFolder(), "sightline.db");
    const database = open(file);
    const words = "my pin is four two";
    const history = [{ ...storedCall("c1").history[0]!, question: words }];
    const inFiles = (): boolean =>
      readdirSync(join(file, "..")).some((name) => readFileSync(join(file, "..", name)).includes(words));
    database.write({ entries: [], calls: [{ type: "save", call: storedCall("c1", { history }) }] });
    expect(inFiles()).toBe(true);
    database.write({ entries: [], calls: [{ type: "remove", id: "c1", process: "process-1" }] });
    expect(inFiles()).toBe(false);
  });

  test("that a crash left behind are deleted after two hours", () => {
    const database = open();
    database.write({ entries: [], calls: [{ type: "save", call: storedCall("c1") }] });
    database.purge(Date.now() + 2 * 60 * 60 * 1000 - 60_000);
    expect(database.ofRoom("room-c1")).not.toBeNull();
    database.purge(Date.now() + 2 * 60 * 60 * 1000 + 60_000);
    expect(database.ofRoom("room-c1")).toBeNull();
  });
});

describe("the file", () => {
  test("and its side files are for their owner alone, and the folder too", () => {
    const dir = join(testFolder(), "data");
    const database = open(join(dir, "sightline.db"));
    database.write({ entries: [entry("t")], calls: [] });
    const mode = (path: string): number => statSync(path).mode & 0o777;
    expect(mode(dir)).toBe(0o700);
    expect(readdirSync(dir).sort()).toEqual(["sightline.db", "sightline.db-shm", "sightline.db-wal"]);
    for (const name of readdirSync(dir)) expect(mode(join(dir, name)), name).toBe(0o600);
  });

  test("that others could read is closed to them", () => {
    const dir = join(testFolder(), "data");
    mkdirSync(dir);
    const file = join(dir, "sightline.db");
    writeFileSync(file, "");
    chmodSync(file, 0o644);
    open(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("can be read by others while one writes", () => {
    const file = join(testFolder(), "sightline.db");
    open(file);
    const other = new DatabaseSync(file);
    onTestFinished(() => other.close());
    expect(other.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  });

  test("that a newer program changed beyond what is known is left alone", () => {
    const file = join(testFolder(), "sightline.db");
    const newer = new DatabaseSync(file);
    newer.exec("PRAGMA user_version = 1000");
    newer.close();
    expect(() => openDatabase(file, { retentionDays: 1 })).toThrow("schema 1000 is newer");
  });
});
