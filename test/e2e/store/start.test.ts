import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startPostgres, type TestPostgres } from "../../standins/postgres.ts";
import { sightline, type Program } from "../programs.ts";

// The programs themselves with a database, and what an operator reads when it cannot be used: one sentence,
// and the program does not start.

let postgres: TestPostgres;
let folder: string;
let address: string;

beforeAll(async () => {
  postgres = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), "sightline-start-"));
  address = await postgres.create();
  const other = await postgres.create();
  await postgres.run(other, "CREATE ROLE guest LOGIN PASSWORD 'guest-word'");
});

afterAll(async () => {
  await postgres.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a program with the address in a file, as a secret is. */
function startAt(command: "gateway" | "agent", url: string): Program {
  const file = join(folder, "database-url");
  writeFileSync(file, url, { mode: 0o600 });
  return sightline([command, ...(command === "gateway" ? ["--engine", "simulator"] : [])], {
    env: {
      DATABASE_URL_FILE: file,
      DATA_DIR: folder,
      PORT: "0",
      AGENT_PORT: "0",
      LIVEKIT_URL: "ws://127.0.0.1:9",
      LIVEKIT_API_KEY: "key",
      LIVEKIT_API_SECRET: "s".repeat(32),
    },
  });
}

/** The program's end, and what it said. */
async function startWith(command: "gateway" | "agent", url: string) {
  const program = startAt(command, url);
  const code = await program.ended;
  return { code, said: program.stderr().trim() };
}

const where = (): string => `127.0.0.1:${postgres.port}`;
const cases: readonly (readonly [string, (url: string) => string, () => string])[] = [
  [
    "a wrong password",
    (url) => url.replace(/:[^:@/]+@/, ":not-this-one@"),
    () => `${where()} refuses this user or password; expected those of the database calls_1`,
  ],
  [
    "an unknown database",
    (url) => url.replace("calls_1", "elsewhere"),
    () => `${where()} has no database elsewhere; expected one that is there`,
  ],
  [
    "a port where nobody is",
    (url) => url.replace(`:${postgres.port}/`, ":9/"),
    () => "no PostgreSQL answers at 127.0.0.1:9 (ECONNREFUSED); expected the address of one that runs",
  ],
  [
    "a user who may make no tables",
    (url) => url.replace(/postgres:[^:@/]+@/, "guest:guest-word@"),
    () =>
      `the database calls_1 on ${where()} lets this user make no table; expected a database that belongs to the user`,
  ],
];

test.each(cases)(
  "%s ends gateway and agent with one sentence that has no secret",
  async (_, change, sentence) => {
    const url = change(address);
    const secret = decodeURIComponent(new URL(url).password);
    const ends = await Promise.all((["gateway", "agent"] as const).map((command) => startWith(command, url)));
    for (const { code, said } of ends) {
      expect(said).toBe(`sightline: configuration: 1 fault\n  DATABASE_URL: ${sentence()}`);
      expect(code).toBe(78);
      expect(said).not.toContain(secret);
    }
  },
);

test("two gateways at one database show a caller the same ledger, and make no file", async () => {
  const shared = await postgres.create();
  const gateways = [0, 1].map(() => startAt("gateway", shared));
  try {
    const [one = "", other = ""] = await Promise.all(
      gateways.map((gateway) =>
        vi.waitFor(() => (JSON.parse(gateway.stdout()) as { readonly listening: string }).listening, 20_000),
      ),
    );
    const ready = (await (await fetch(`${one}/readyz`)).json()) as {
      readonly checks: { readonly store: string };
    };
    expect(ready.checks.store).toBe("ok");
    const question = JSON.stringify({ question: "What is the time in Oslo?" });
    const headers = { "content-type": "application/json" };
    const asked = await fetch(`${one}/api/v1/ask`, { method: "POST", headers, body: question });
    await asked.text();
    expect(asked.status).toBe(200);
    const cookie = asked.headers
      .getSetCookie()
      .map((set) => set.split(";")[0])
      .join("; ");
    const seen = await fetch(`${other}/api/v1/ledger`, { headers: { cookie } });
    const { entries } = (await seen.json()) as { readonly entries: readonly object[] };
    expect(entries).toMatchObject([{ reason: expect.any(String), engine: expect.anything() }]);
    const [count] = await postgres.run(shared, "SELECT count(*)::int AS entries FROM ledger");
    expect(count).toEqual({ entries: 1 });
    expect(existsSync(join(folder, "sightline.db"))).toBe(false);
  } finally {
    for (const { child } of gateways) child.kill("SIGTERM");
    expect(await Promise.all(gateways.map(({ ended }) => ended))).toEqual([0, 0]);
  }
});

test("a database that this version does not understand is left alone", async () => {
  const newer = await postgres.create();
  await postgres.run(newer, "CREATE TABLE sightline_schema AS SELECT 1000 AS version");
  const { code, said } = await startWith("agent", newer);
  expect(code).toBe(78);
  expect(said).toMatch(
    /the database calls_\d+ on 127\.0\.0\.1:\d+ has schema 1000, and this version knows 1;/,
  );
  expect(await postgres.run(newer, "SELECT to_regclass('ledger') AS ledger")).toEqual([{ ledger: null }]);
});

test("an address that is none is refused without being shown", async () => {
  const { code, said } = await startWith("agent", "postgres://ada:secret-word@/calls?sslmode=prefer");
  expect(code).toBe(78);
  expect(said).toContain("DATABASE_URL: got 48 characters; expected postgres://USER:PASSWORD@HOST");
  expect(said).not.toContain("secret-word");
});
