// Fills the small disk that DIR is, and frees it again: `full-disk.ts DIR`.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { DatabaseSync } from "node:sqlite";
import { pino } from "pino";
import { openStore } from "../../../orchestrator/store/store.ts";
import { entry } from "./entry.ts";

const dir = process.argv[2] ?? "";
const faults: unknown[] = [];
const log = pino(
  { level: "error" },
  { write: (line: string) => void faults.push((JSON.parse(line) as { fault: unknown }).fault) },
);
const store = await openStore({ dir, retentionDays: 36_500, log });
store.ledger.add(entry("first"));
await store.ledger.ofCaller("ada");
const before = store.state();

fill();
let added = 0;
for (; added < 400 && store.state() === "ok"; added++) {
  store.ledger.add(entry(`t${added}`, { atMs: entry("").atMs + added + 1 }));
  await store.ledger.ofCaller("ada", { limit: 1 });
}
const full = store.state();
const told = (await store.ledger.ofCaller("ada", { limit: 1000 })).map(({ turn }) => turn);
const readable = told.at(-1) === "first" && told.length === added + 1;

rmSync(join(dir, "ballast"));
for (let n = 0; n < 100 && store.state() !== "ok"; n++) await wait(100);
const after = store.state();
await store.close();
const database = new DatabaseSync(join(dir, "sightline.db"));
const check = database.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
const count = Number(database.prepare("SELECT count(*) AS n FROM ledger").get()?.["n"]);
process.stdout.write(
  JSON.stringify({ before, full, faults, readable, after, intact: check === "ok" && count > 1 }),
);

function fill(): void {
  for (let kilobytes = 1024; kilobytes >= 4; kilobytes /= 2) {
    try {
      for (;;) writeFileSync(join(dir, "ballast"), Buffer.alloc(kilobytes * 1024), { flag: "a" });
    } catch {
      // a smaller piece may still fit
    }
  }
}
