// A process with a store of its own: `store-program.ts DIR|ADDRESS TASK…`. Tasks: `add N PREFIX`, `hold MS`, `endless PREFIX`.
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { databaseUrl } from "../../../orchestrator/environment/database-url.ts";
import { createLog } from "../../../orchestrator/log.ts";
import { openStore } from "../../../orchestrator/store/store.ts";
import { entry } from "./entry.ts";

const [place = "", task, first = "", second = ""] = process.argv.slice(2);

if (task === "hold") {
  const database = new DatabaseSync(join(place, "sightline.db"), { timeout: 5000 });
  database.exec("BEGIN IMMEDIATE");
  process.stdout.write("held\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(first));
  database.exec("COMMIT");
  database.close();
} else {
  const database = place.startsWith("postgres:") ? databaseUrl.schema.parse(place) : undefined;
  const store = await openStore({
    dir: place,
    database,
    retentionDays: 36_500,
    log: createLog("silent"),
  });
  if (task === "add") {
    for (let n = 0; n < Number(first); n++) store.ledger.add(entry(`${second}${n}`));
    await store.close();
  } else {
    for (let n = 0; ; n++) {
      store.ledger.add(entry(`${first}${n}`));
      // Confirmed: what is pending is written before it is read.
      const isThere = await store.ledger.ofCaller("ada", { limit: 1 }).then(
        () => store.state() === "ok",
        () => false,
      );
      if (isThere) process.stdout.write(`${n}\n`);
      else await wait(50);
    }
  }
}
