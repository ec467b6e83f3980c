// A process with a store of its own: `store-program.ts DIR TASK…`. Tasks: `add N PREFIX`, `hold MS`, `endless PREFIX`.
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { createLog } from "../../../orchestrator/log.ts";
import { openStore } from "../../../orchestrator/store/store.ts";
import { entry } from "./entry.ts";

const [dir = "", task, first = "", second = ""] = process.argv.slice(2);

if (task === "hold") {
  const database = new DatabaseSync(join(dir, "sightline.db"), { timeout: 5000 });
  database.exec("BEGIN IMMEDIATE");
  process.stdout.write("held\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(first));
  database.exec("COMMIT");
  database.close();
} else {
  const store = await openStore({ dir, retentionDays: 36_500, log: createLog("silent") });
  if (task === "add") {
    for (let n = 0; n < Number(first); n++) store.ledger.add(entry(`${second}${n}`));
    await store.close();
  } else {
    for (let n = 0; ; n++) {
      store.ledger.add(entry(`${first}${n}`));
      await store.ledger.ofCaller("ada", { limit: 1 });
      process.stdout.write(`${n}\n`);
    }
  }
}
