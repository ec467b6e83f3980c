import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import type { LedgerEntry } from "../../../orchestrator/store/ledger.ts";
import { StoreError } from "../../../orchestrator/store/messages.ts";
import { openStore, type Store, type StoreOptions } from "../../../orchestrator/store/store.ts";
import { entry, storedCall } from "./entry.ts";

const program = join(import.meta.dirname, "store-program.ts");
const DAY_MS = 24 * 60 * 60 * 1000;

/** An empty database, which several stores may open. */
export interface Place {
  readonly options: Pick<StoreOptions, "dir" | "database">;
  /** As `store-program.ts` is told it. */
  readonly address: string;
  /** Changes the schema, once there, as another version does. */
  bringTo(version: number, sql?: string): Promise<void>;
}

interface Opened {
  readonly store: Store;
  readonly lines: readonly string[];
}

/** Opens a store that is closed after the test, and collects what it logs. */
export async function openAt({ options }: Place, retentionDays = 36_500): Promise<Opened> {
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const store = await openStore({ ...options, retentionDays, log });
  onTestFinished(() => store.close());
  return { store, lines };
}

/** A process of its own that has the store open; its tasks are in `store-program.ts`. */
export function runStore(place: Place, ...task: readonly string[]) {
  return spawn(process.execPath, [program, place.address, ...task], { stdio: ["ignore", "pipe", "inherit"] });
}

/** Names of the turns in a caller's ledger, newest first. */
export async function turnsOf({ ledger }: Store, caller = "ada"): Promise<readonly string[]> {
  return (await ledger.ofCaller(caller, { limit: 100_000 })).map(({ turn }) => turn);
}

/** What every store does, whatever it writes to. */
export function describeStore(name: string, fresh: () => Promise<Place>): void {
  const add = (store: Store, entries: readonly LedgerEntry[]): void => {
    for (const one of entries) store.ledger.add(one);
  };

  describe(`the ledger in ${name}`, () => {
    test("what was added a moment ago is read, and is there after a restart", async () => {
      const place = await fresh();
      const { store, lines } = await openAt(place);
      add(store, [entry("t1")]);
      expect(await store.ledger.ofCaller("ada")).toEqual([entry("t1")]);
      add(store, [entry("t2", { atMs: entry("t2").atMs + 1 })]);
      await store.close();
      const { store: again } = await openAt(place);
      expect(await turnsOf(again)).toEqual(["t2", "t1"]);
      expect(lines).toEqual([]);
    });

    test("gives back what was written, in every column", async () => {
      const { store } = await openAt(await fresh());
      const full = entry("full");
      const bare = entry("bare", { frame: null, engine: null, ear: null, voice: null, atMs: full.atMs + 1 });
      const unseen = entry("unseen", {
        frame: { ...full.frame!, persons: null },
        engine: { name: "cloud", model: null, host: "api.openai.com" },
        atMs: full.atMs + 2,
      });
      add(store, [full, bare, unseen]);
      expect(await store.ledger.ofCaller("ada")).toEqual([unseen, bare, full]);
    });

    test("is the caller's own, newest first, of one call when asked, and limited", async () => {
      const { store } = await openAt(await fresh());
      const call = (n: number): string => (n % 2 === 0 ? "even" : "odd");
      add(store, [
        ...[1, 2, 3, 4].map((n) => entry(`t${n}`, { atMs: n * 1000, call: call(n) })),
        entry("bob's", { caller: "bob" }),
        ...["Z", "a"].map((turn) => entry(turn, { caller: "eve" })),
      ]);
      expect(await turnsOf(store)).toEqual(["t4", "t3", "t2", "t1"]);
      expect(await turnsOf(store, "eve"), "names are compared byte by byte").toEqual(["a", "Z"]);
      expect(await turnsOf(store, "ADA")).toEqual([]);
      const some = await store.ledger.ofCaller("ada", { limit: 1, call: "odd" });
      expect(some.map(({ turn }) => turn)).toEqual(["t3"]);
      expect(await store.ledger.ofCaller("bob", { call: "odd" })).toEqual([]);
    });

    test("holds every engine and every voice of a turn once, and the first word on each", async () => {
      const { store } = await openAt(await fresh());
      const local = entry("t1");
      const cloud = entry("t1", { engine: { name: "cloud", model: null, host: "api.openai.com" } });
      const spoken = entry("t1", { engine: null, voice: { name: "voice", model: null, host: "elsewhere" } });
      add(store, [local, cloud, spoken]);
      expect(await store.ledger.ofCaller("ada")).toEqual([spoken, cloud, local]);
      add(store, [spoken, local, entry("t1", { caller: "mallory" })]);
      expect(await store.ledger.ofCaller("ada")).toEqual([spoken, cloud, local]);
      expect(await turnsOf(store, "mallory")).toEqual([]);
    });

    test("forgets a caller and nobody else, what is on its way included", async () => {
      const { store } = await openAt(await fresh());
      add(store, [entry("t1"), entry("t2", { caller: "bob" })]);
      expect(await store.ledger.forget("ada")).toBe(1);
      expect(await turnsOf(store)).toEqual([]);
      expect(await turnsOf(store, "bob")).toEqual(["t2"]);
    });

    test("drops what is beyond its days when it is opened", async () => {
      const place = await fresh();
      const { store } = await openAt(place);
      add(store, [
        entry("old", { atMs: Date.now() - 3 * DAY_MS }),
        entry("young", { atMs: Date.now() - DAY_MS }),
      ]);
      await store.close();
      expect(await turnsOf((await openAt(place, 2)).store)).toEqual(["young"]);
    });

    test("leaves out what is malformed, says how much, and writes the rest", async () => {
      const { store, lines } = await openAt(await fresh());
      const faults = [{ reason: null }, { atMs: Number.NaN }, { call: {} }];
      add(store, [...faults.map((fault, n) => entry(`broken${n}`, fault as never)), entry("good")]);
      expect(await turnsOf(store)).toEqual(["good"]);
      const refused = lines.map((line) => (JSON.parse(line) as { readonly refused: number }).refused);
      expect(refused.reduce((sum, count) => sum + count, 0)).toBe(3);
    });
  });

  describe(`running calls in ${name}`, () => {
    test("are found by room and by process, with the latest history, after a restart too", async () => {
      const place = await fresh();
      const { store } = await openAt(place);
      const first = storedCall("c1");
      const later = { ...first, history: [...first.history, ...first.history] };
      store.calls.save(first);
      store.calls.save(later);
      store.calls.save(storedCall("c2", { process: "process-2" }));
      await store.close();
      const { store: again } = await openAt(place);
      expect(await again.calls.ofRoom("room-c1")).toEqual(later);
      expect(await again.calls.ofProcess("process-1")).toEqual([later]);
      expect(await again.calls.ofRoom("nowhere")).toBeUndefined();
      again.calls.remove("c1", "process-1");
      expect(await again.calls.ofRoom("room-c1")).toBeUndefined();
    });

    test("have no pictures, whatever was handed over, and every sign of what was said", async () => {
      const { store } = await openAt(await fresh());
      const jpeg = { bytes: new Uint8Array([1, 2, 3]), sha256: "ff", width: 1, height: 1 };
      const call = storedCall("c1");
      const question = `a "quote", a \\, {a, list}, NULL, \u0000 and 한국어 🦮`;
      store.calls.save({ ...call, history: call.history.map((turn) => ({ ...turn, jpeg, question })) });
      expect((await store.calls.ofRoom("room-c1"))?.history).toEqual([{ ...call.history[0], question }]);
    });

    test("belong to one process: a late word of the one before changes nothing", async () => {
      const place = await fresh();
      const { store: before } = await openAt(place);
      const { store: after } = await openAt(place);
      const old = storedCall("c1", { process: "a" });
      const taken = storedCall("c1", { process: "b", agent: "agent-2" });
      before.calls.save(old);
      expect(await before.calls.ofRoom("room-c1")).toEqual(old);
      expect(await after.calls.ofRoom("room-c1")).toEqual(old);
      after.calls.save(taken, "a");
      expect(await after.calls.ofRoom("room-c1")).toEqual(taken);
      before.calls.save(old);
      before.calls.remove("c1", "a");
      expect(await before.calls.ofRoom("room-c1")).toEqual(taken);
      // A second one that had found the same entry comes too late.
      before.calls.save(storedCall("c1", { process: "c" }), "a");
      expect(await before.calls.ofProcess("c")).toEqual([]);
      after.calls.save({ ...taken, history: [] }, "a");
      expect(await after.calls.ofRoom("room-c1")).toEqual({ ...taken, history: [] });
      after.calls.remove("c1", "b");
      expect(await after.calls.ofRoom("room-c1")).toBeUndefined();
      expect(await before.calls.ofRoom("room-c1")).toBeUndefined();
    });
  });

  describe(`several processes on one ${name}`, () => {
    test("that start at once bring the schema up to date once, and lose nothing of each other", async () => {
      const place = await fresh();
      const writers = ["a", "b", "c"].map((prefix) => runStore(place, "add", "100", prefix));
      const codes = await Promise.all(writers.map(async (child) => (await once(child, "exit"))[0] as number));
      expect(codes).toEqual([0, 0, 0]);
      expect(new Set(await turnsOf((await openAt(place)).store)).size).toBe(300);
    });

    test("lose nothing that was confirmed when one is killed", async () => {
      const place = await fresh();
      let confirmed = 0;
      for (let round = 0; round < 5; round++) {
        const child = runStore(place, "endless", `r${round}-`);
        let seen = 0;
        child.stdout.on("data", (text: Buffer) => {
          seen += text.toString().split("\n").length - 1;
          if (seen > 3 + round * 4) child.kill("SIGKILL");
        });
        await once(child, "close");
        confirmed += seen;
      }
      expect((await turnsOf((await openAt(place)).store)).length).toBeGreaterThanOrEqual(confirmed);
      expect(confirmed).toBeGreaterThan(30);
    });

    test("go on while a newer one adds to the schema, and older ones still come", async () => {
      const place = await fresh();
      const { store: before, lines } = await openAt(place);
      add(before, [entry("t1", { atMs: 1 })]);
      before.calls.save(storedCall("c1"));
      expect(await turnsOf(before)).toEqual(["t1"]);
      await place.bringTo(999, "ALTER TABLE ledger ADD COLUMN next TEXT; CREATE TABLE more (what TEXT);");
      add(before, [entry("t2", { atMs: 2 })]);
      expect(await turnsOf(before)).toEqual(["t2", "t1"]);
      const { store: older, lines: its } = await openAt(place);
      add(older, [entry("t3", { atMs: 3 })]);
      expect(await turnsOf(older)).toEqual(["t3", "t2", "t1"]);
      expect(await older.calls.ofProcess("process-1")).toEqual([storedCall("c1")]);
      expect([before.state(), older.state(), ...lines, ...its]).toEqual(["ok", "ok"]);
    });

    test("of which one does not understand the schema: it writes nothing, and says so", async () => {
      const place = await fresh();
      const { store: first } = await openAt(place);
      add(first, [entry("t1")]);
      await first.close();
      await place.bringTo(1000);
      const { store, lines } = await openAt(place);
      add(store, [entry("t2")]);
      expect(store.state()).toBe("degraded");
      await expect(store.ledger.ofCaller("ada")).rejects.toThrow(StoreError);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('"fault":"newer"');
    });
  });
}
