import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { databaseUrl } from "../../../orchestrator/environment/database-url.ts";
import { checkPostgres } from "../../../orchestrator/store/postgres/check.ts";
import { describeStore, openAt, runStore, turnsOf, type Place } from "../../orchestrator/store/contract.ts";
import { entry, storedCall } from "../../orchestrator/store/entry.ts";
import { startPostgres, type TestPostgres } from "../../standins/postgres.ts";
import { PROJECT } from "../programs.ts";

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(() => postgres.close());

const toConfig = (address: string) => databaseUrl.schema.parse(address)!;

async function fresh(): Promise<Place> {
  const address = await postgres.create();
  return {
    options: { dir: "/nowhere", database: toConfig(address) },
    address,
    async bringTo(version, sql = "") {
      await postgres.run(address, `${sql} UPDATE sightline_schema SET version = ${version}`);
    },
  };
}

describeStore("PostgreSQL", fresh);

describe("a server that is restarted", () => {
  test.each(["fast", "immediate"] as const)(
    "loses nothing that was confirmed, and what came meanwhile is written when it is back (%s)",
    async (how) => {
      const place = await fresh();
      const writer = runStore(place, "endless", "w");
      let confirmed = 0;
      writer.stdout.on("data", (text: Buffer) => (confirmed += text.toString().split("\n").length - 1));
      const { store, lines } = await openAt(place);
      await vi.waitFor(() => expect(confirmed).toBeGreaterThan(20), 10_000);
      await postgres.stop(how);
      store.ledger.add(entry("meanwhile", { caller: "eve" }));
      store.calls.save(storedCall("c1"));
      await vi.waitFor(() => expect(store.state()).toBe("degraded"), 5000);
      await expect(store.ledger.ofCaller("eve")).rejects.toThrow("store: unavailable");
      await postgres.start();
      await vi.waitFor(() => expect(store.state()).toBe("ok"), 15_000);
      expect(await turnsOf(store, "eve")).toEqual(["meanwhile"]);
      expect(await store.calls.ofProcess("process-1")).toEqual([storedCall("c1")]);
      writer.kill("SIGKILL");
      await once(writer, "close");
      expect((await turnsOf(store)).length).toBeGreaterThanOrEqual(confirmed);
      expect(lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg)).toEqual([
        "store degraded: ledger and running calls wait in memory",
        "store works again",
      ]);
      expect(lines.join("")).not.toContain(postgres.password);
    },
  );

  test("and ends the idle connections does no harm to who has them", async () => {
    const place = await fresh();
    const { store, lines } = await openAt(place);
    store.ledger.add(entry("before"));
    expect(await turnsOf(store)).toEqual(["before"]);
    await postgres.run(
      place.address,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sightline'",
    );
    await wait(100);
    store.ledger.add(entry("after", { atMs: entry("").atMs + 1 }));
    expect(await turnsOf(store)).toEqual(["after", "before"]);
    expect(lines).toEqual([]);
  });
});

test("a server that hangs is given up within its limits, while the event loop goes on", async () => {
  const { store } = await openAt(await fresh());
  store.ledger.add(entry("before"));
  expect(await turnsOf(store)).toEqual(["before"]);
  postgres.pause();
  try {
    const atMs = performance.now();
    await expect(store.calls.ofRoom("room")).rejects.toThrow("store: unavailable");
    expect(performance.now() - atMs).toBeLessThan(2500);
    store.ledger.add(entry("meanwhile", { atMs: entry("").atMs + 1 }));
    await vi.waitFor(() => expect(store.state()).toBe("degraded"), 5000);
  } finally {
    postgres.resume();
  }
  await vi.waitFor(() => expect(store.state()).toBe("ok"), 15_000);
  expect(await turnsOf(store)).toEqual(["meanwhile", "before"]);
});

test("one process has three connections at most, however much is asked at once", async () => {
  const place = await fresh();
  const { store } = await openAt(place);
  const reads = Array.from({ length: 40 }, () => store.calls.ofRoom("room"));
  const [{ most } = { most: 0 }] = await postgres.run(
    place.address,
    "SELECT count(*)::int AS most FROM pg_stat_activity WHERE application_name = 'sightline' AND datname = current_database()",
  );
  expect(await Promise.all(reads)).toHaveLength(40);
  expect(Number(most)).toBeGreaterThan(0);
  expect(Number(most)).toBeLessThanOrEqual(3);
});

test("the backup of docs/operations.md brings the ledger back, and no word of a running call", async () => {
  const [from, to] = [await fresh(), await fresh()];
  const { store } = await openAt(from);
  store.ledger.add(entry("t1"));
  store.calls.save(storedCall("c1"));
  expect(await turnsOf(store)).toEqual(["t1"]);
  const folder = mkdtempSync(join(tmpdir(), "sightline-dump-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const docs = readFileSync(join(PROJECT, "docs/operations.md"), "utf8");
  for (const [program, { address }] of [
    ["pg_dump", from],
    ["pg_restore", to],
  ] as const) {
    const command = new RegExp(`^${program} .*$`, "m").exec(docs)?.[0] ?? "";
    execFileSync("sh", ["-c", command], {
      cwd: folder,
      env: { PATH: `${postgres.bin}:/usr/bin:/bin`, DATABASE_URL: address },
    });
  }
  const { store: restored } = await openAt(to);
  expect(await restored.ledger.ofCaller("ada")).toEqual([entry("t1")]);
  expect(await restored.calls.ofRoom("room-c1")).toBeUndefined();
});

describe("TLS as sslmode says it", () => {
  const over = (address: string, host: string, mode: string, ca = ""): string =>
    `${address.replace("127.0.0.1", host)}?sslmode=${mode}${ca && `&sslrootcert=${ca}`}`;
  const isEncrypted = async (address: string): Promise<unknown> => {
    const { store } = await openAt({
      ...(await fresh()),
      options: { dir: "/", database: toConfig(address) },
    });
    expect(store.state()).toBe("ok");
    const [row] = await postgres.run(
      address.replace(/\?.*$/, ""),
      "SELECT bool_and(ssl) AS ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'sightline' AND datname = current_database()",
    );
    return row?.["ssl"];
  };

  test("is there with require, and with a certificate that is trusted and of this name", async () => {
    expect(await isEncrypted(over(await postgres.create(), "127.0.0.1", "require"))).toBe(true);
    expect(await isEncrypted(over(await postgres.create(), "127.0.0.1", "verify-ca", postgres.caFile))).toBe(
      true,
    );
    expect(
      await isEncrypted(over(await postgres.create(), "localhost", "verify-full", postgres.caFile)),
    ).toBe(true);
    expect(await isEncrypted(await postgres.create())).toBe(false);
  });

  test.each([
    ["127.0.0.1", "verify-ca", false],
    ["localhost", "verify-full", false],
    ["127.0.0.1", "verify-full", true],
  ] as const)("%s with %s, its authority known: %s: is refused", async (host, mode, isKnown) => {
    const address = over(await postgres.create(), host, mode, isKnown ? postgres.caFile : "");
    await expect(checkPostgres(toConfig(address), 0)).rejects.toThrow(
      `${host}:${postgres.port} gave no TLS as sslmode=${mode} wants it`,
    );
  });

  test("a server that offers none is given no password", async () => {
    const heard: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on("data", (bytes) => {
        heard.push(bytes);
        socket.write("N");
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const address = `postgres://ada:secret-word@127.0.0.1:${port}/calls?sslmode=require`;
    await expect(checkPostgres(toConfig(address), 0)).rejects.toThrow("no TLS there");
    server.close();
    expect(Buffer.concat(heard)).toHaveLength(8);
  });
});
