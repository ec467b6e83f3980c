import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";
import { generate } from "selfsigned";
import { freeTcpPort } from "../../orchestrator/lib/free-port.ts";
import { childrenOf } from "../e2e/programs.ts";

const PASSWORD = "p@ss/word:1";

/** A real PostgreSQL on loopback that can crash, hang and come back. */
export interface TestPostgres {
  readonly port: number;
  /** The certificate that it shows over TLS, its own authority, for `localhost`. */
  readonly caFile: string;
  readonly password: string;
  /** Folder of its own programs, `pg_dump` among them. */
  readonly bin: string;
  /** Makes an empty database; its address as `DATABASE_URL` takes it. */
  create(): Promise<string>;
  /** Runs SQL in a database, as its owner. */
  run(address: string, sql: string): Promise<readonly Record<string, unknown>[]>;
  /** `immediate`: like a crash. */
  stop(how: "fast" | "immediate"): Promise<void>;
  start(): Promise<void>;
  /** Half-open: connections stay, nobody answers. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

/** @throws when Debian's package `postgresql`, which `.ci/run` installs, is not there. */
export async function startPostgres(): Promise<TestPostgres> {
  const bin = programs();
  const owner = serverUser();
  const dir = mkdtempSync(join(tmpdir(), "sightline-postgres-"));
  const files = { data: join(dir, "data"), password: join(dir, "password"), ca: join(dir, "server.crt") };
  const port = await freeTcpPort();
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
  for (const [file, text] of [
    [files.password, PASSWORD],
    [files.ca, cert],
    [join(dir, "server.key"), key],
  ] as const) {
    writeFileSync(file, text, { mode: 0o600 });
    if (owner) chownSync(file, owner.uid, owner.gid);
  }
  chmodSync(dir, 0o755);
  if (owner) chownSync(dir, owner.uid, owner.gid);
  const asOwner = { ...owner, cwd: dir, env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8" } };
  execFileSync(
    join(bin, "initdb"),
    ["-D", files.data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", files.password, "-E", "UTF8"],
    { ...asOwner, stdio: "ignore" },
  );
  chmodSync(files.ca, 0o644);

  let server: ChildProcess;
  let databases = 0;
  const addressOf = (database: string): string =>
    `postgres://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`;

  const run: TestPostgres["run"] = async (address, sql) => {
    const client = new Client({ connectionString: address });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const start = async (): Promise<void> => {
    const settings = [
      "listen_addresses=127.0.0.1",
      "unix_socket_directories=",
      `port=${port}`,
      "ssl=on",
      `ssl_cert_file=${files.ca}`,
      `ssl_key_file=${join(dir, "server.key")}`,
      "max_connections=60",
    ];
    server = spawn(
      join(bin, "postgres"),
      ["-D", files.data, ...settings.flatMap((setting) => ["-c", setting])],
      { ...asOwner, stdio: "ignore" },
    );
    for (let tries = 0; tries < 200; tries++) {
      if (server.exitCode !== null) throw new Error(`postgres ended (${server.exitCode}) at its start`);
      const isUp = await run(addressOf("postgres"), "SELECT 1").then(
        () => true,
        () => false,
      );
      if (isUp) return;
      await wait(50);
    }
    throw new Error("postgres did not answer within ten seconds");
  };
  const stop: TestPostgres["stop"] = async (how) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGCONT");
    server.kill(how === "fast" ? "SIGINT" : "SIGQUIT");
    await ended;
  };
  /** The server and what it made for each connection. */
  const signalAll = (signal: NodeJS.Signals): void => {
    const { pid } = server;
    if (pid !== undefined && server.exitCode === null)
      for (const one of [pid, ...childrenOf(pid)]) signalTo(one, signal);
  };

  await start();
  return {
    port,
    caFile: files.ca,
    password: PASSWORD,
    bin,
    async create() {
      const name = `calls_${++databases}`;
      await run(addressOf("postgres"), `CREATE DATABASE ${name}`);
      return addressOf(name);
    },
    run,
    stop,
    start,
    pause: () => signalAll("SIGSTOP"),
    resume: () => signalAll("SIGCONT"),
    async close() {
      signalAll("SIGCONT");
      await stop("immediate");
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A connection's process may have ended since it was listed. */
function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Debian keeps the server's programs by version, outside the path. */
function programs(): string {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions
    .map((version) => join(root, version, "bin"))
    .find((bin) => existsSync(join(bin, "initdb")));
  if (found) return found;
  throw new Error("no PostgreSQL server on this machine; expected Debian's package postgresql");
}

/** PostgreSQL does not run as root: the package's own user then. */
function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (userInfo().uid !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}
