import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { pino } from "pino";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { StoreError } from "../../../orchestrator/store/messages.ts";
import { openStore, type Store } from "../../../orchestrator/store/store.ts";
import { describeStore } from "./contract.ts";
import { entry, storedCall } from "./entry.ts";
import { testFolder } from "./test-folder.ts";

const program = join(import.meta.dirname, "store-program.ts");

interface Opened {
  readonly store: Store;
  readonly lines: readonly string[];
}

async function open(dir: string): Promise<Opened> {
  const lines: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  const store = await openStore({ dir, retentionDays: 36_500, log });
  onTestFinished(() => store.close());
  return { store, lines };
}
const turns = async (store: Store, caller = "ada") =>
  (await store.ledger.ofCaller(caller, { limit: 100_000 })).map(({ turn }) => turn);

describeStore("SQLite", async () => {
  const dir = testFolder();
  return {
    options: { dir },
    address: dir,
    async bringTo(version, sql = "") {
      const file = new DatabaseSync(join(dir, "sightline.db"));
      file.exec(`${sql} PRAGMA user_version = ${version}`);
      file.close();
    },
  };
});

describe("several processes on one file", () => {
  test("wait for a long write without holding up the event loop", async () => {
    const dir = testFolder();
    const { store, lines } = await open(dir);
    const holder = spawn(process.execPath, [program, dir, "hold", "1800"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    store.ledger.add(entry("waits"));
    await once(holder, "exit");
    delay.disable();
    expect(delay.max / 1e6).toBeLessThan(500);
    await vi.waitFor(async () => expect(await turns(store)).toEqual(["waits"]), 4000);
    expect(lines).toEqual([]);
  });
});

describe("a file that cannot be used", () => {
  test("degrades the store, says so once, and stops no call", async () => {
    const dir = testFolder();
    writeFileSync(join(dir, "sightline.db"), "this is no database. ".repeat(1000));
    const { store, lines } = await open(dir);
    for (let n = 0; n < 2000; n++) store.ledger.add(entry(`t${n}`));
    store.calls.save(storedCall("c1"));
    expect(store.state()).toBe("degraded");
    await expect(store.ledger.ofCaller("ada")).rejects.toThrow(StoreError);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('"fault":"corrupt"');
    expect(readFileSync(join(dir, "sightline.db"), "utf8")).toContain("this is no database");
  });

  test("is tried again: what waited is written when it is well, the newest thousand", async () => {
    const dir = testFolder();
    writeFileSync(join(dir, "sightline.db"), "this is no database. ".repeat(1000));
    const { store, lines } = await open(dir);
    for (let n = 0; n < 1001; n++) store.ledger.add(entry(`t${n}`));
    rmSync(join(dir, "sightline.db"));
    await vi.waitFor(() => expect(store.state()).toBe("ok"), 5000);
    expect(await turns(store)).toHaveLength(1000);
    expect(await turns(store)).not.toContain("t0");
    expect(lines[1]).toContain('"dropped":1');
  });

  test("a folder that cannot be made degrades it too", async () => {
    const dir = testFolder();
    writeFileSync(join(dir, "file"), "");
    const { store, lines } = await open(join(dir, "file", "data"));
    store.ledger.add(entry("t"));
    expect(store.state()).toBe("degraded");
    expect(lines).toHaveLength(1);
  });

  const canMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;
  test.skipIf(!canMount)("a full disk keeps what was written and goes on reading", () => {
    const dir = testFolder();
    const script = join(import.meta.dirname, "full-disk.ts");
    const { stdout, stderr } = spawnSync(
      "unshare",
      [
        "-rm",
        "sh",
        "-c",
        `mount -t tmpfs -o size=1m tmpfs "$1" && exec "$2" "$3" "$1"`,
        "sh",
        dir,
        process.execPath,
        script,
      ],
      { encoding: "utf8" },
    );
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      before: "ok",
      full: "degraded",
      faults: ["full"],
      readable: true,
      after: "ok",
      intact: true,
    });
  });
});
