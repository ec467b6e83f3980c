import { chmodSync, readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { freeTcpPort, freeUdpPort } from "../../../../orchestrator/lib/free-port.ts";
import type { Io } from "../../../../orchestrator/commands/io.ts";
import { type KeeperOptions, keepUp } from "../../../../orchestrator/commands/stack/up-keeper.ts";
import { isStill } from "../../../../orchestrator/up/process-birth.ts";
import type { UpProgram } from "../../../../orchestrator/up/programs.ts";
import { readState, upPlaces, type UpState } from "../../../../orchestrator/up/state.ts";
import { type TestFolder, testFolder } from "../../../standins/photo-files.ts";

/** In place of livekit-server: answers on the port of its configuration. */
const LIVEKIT = `#!${process.execPath}
const { readFileSync } = require("node:fs");
const { port } = JSON.parse(readFileSync(process.argv[3], "utf8"));
require("node:http").createServer((_, response) => response.end()).listen(port, "127.0.0.1");
`;
/** A program of the stack: writes down when it starts and ends, and is ready at once unless it sulks. */
const PROGRAM = `
const { appendFileSync } = require("node:fs");
const [, log, name, port, mood] = process.argv;
const note = (word) => appendFileSync(log, word + " " + name + "\\n");
note("start");
process.on("SIGTERM", () => { note("end"); process.exit(0); });
console.log("here");
require("node:http")
  .createServer((_, response) => response.writeHead(mood === "sulks" ? 503 : 200).end())
  .listen(Number(port), "127.0.0.1");
`;

let folder: TestFolder;
let log: string;
let stopping: AbortController;
beforeEach(() => {
  folder = testFolder();
  log = folder.put("told", "");
  stopping = new AbortController();
});
afterEach(() => folder.remove());

const told = (): readonly string[] => readFileSync(log, "utf8").trimEnd().split("\n");
const state = (): UpState | undefined => readState(upPlaces(folder.path));

async function program(name: string, mood = "well"): Promise<UpProgram> {
  const port = await freeTcpPort();
  return {
    name,
    command: [process.execPath, "-e", PROGRAM, log, name, String(port), mood],
    environment: { PATH: process.env["PATH"] },
    address: `http://127.0.0.1:${port}`,
    ready: `http://127.0.0.1:${port}/`,
    optional: mood === "sulks",
    graceMs: 5000,
  };
}

async function keep(programs: readonly UpProgram[], livekit = LIVEKIT): Promise<number> {
  const binary = folder.put("livekit-server", livekit);
  chmodSync(binary, 0o755);
  const ports = { livekit: await freeTcpPort(), media: await freeUdpPort(), livekitMetrics: undefined };
  const options: KeeperOptions = {
    places: upPlaces(folder.path),
    programs,
    livekit: { binary, lan: undefined, apiKey: "key", secretFile: folder.put("secret", "s".repeat(32)) },
    ports: { ...ports, page: 1, agent: 1, gate: 1, engine: 1, warmUp: 1, prometheus: 1 },
    address: "https://localhost:1",
    engine: "a simulator",
  };
  const stream = new PassThrough();
  const io: Io = {
    stdin: new PassThrough(),
    stdout: stream,
    stderr: stream,
    isTty: false,
    colours: false,
    signal: stopping.signal,
    onForced: () => {},
  };
  return keepUp(options, io);
}

const inPhase = (phase: UpState["phase"]): Promise<void> =>
  vi.waitFor(() => expect(state()?.phase).toBe(phase), { timeout: 12_000, interval: 20 });

test("all are started in order, without waiting for one that is optional, and end in the opposite order", async () => {
  const ended = keep([await program("first"), await program("moody", "sulks"), await program("last")]);
  await inPhase("ready");
  await expect.poll(told).toHaveLength(3);
  const programs = state()?.programs ?? {};
  expect(Object.entries(programs).map(([name, { ready }]) => [name, ready])).toEqual([
    ["livekit", true],
    ["first", true],
    ["moody", false],
    ["last", true],
  ]);
  expect(Object.values(programs).every(isStill)).toBe(true);
  stopping.abort();
  expect(await ended).toBe(0);
  expect(told().slice(3)).toEqual(["end last", "end moody", "end first"]);
  expect(Object.values(programs).some(isStill)).toBe(false);
  expect(state()).toBeUndefined();
}, 20_000);

test("those after an awaited one are started once it works", async () => {
  const awaited = { ...(await program("warm-up", "sulks")), optional: false, awaited: true } as const;
  const ended = keep([awaited, await program("agent")]);
  await vi.waitFor(() => expect(told()).toEqual(["start warm-up"]), 5000);
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(told()).toEqual(["start warm-up"]);
  expect(state()?.phase).toBe("starting");
  stopping.abort();
  expect(await ended).toBe(0);
}, 20_000);

test("one that is killed is started again, which is counted, and is ready again", async () => {
  const ended = keep([await program("agent")]);
  await inPhase("ready");
  const before = state()?.programs["agent"]?.pid ?? 0;
  process.kill(before, "SIGKILL");
  await vi.waitFor(
    () => expect(state()?.programs["agent"]).toMatchObject({ restarts: 1, ready: true }),
    8000,
  );
  expect(state()?.programs["agent"]?.pid).not.toBe(before);
  stopping.abort();
  expect(await ended).toBe(0);
}, 20_000);

test("a server that does not start: why stands in the state, and no program is left", async () => {
  const ended = keep([await program("agent")], "#!/bin/sh\necho 'no such flag' >&2\nexit 3\n");
  expect(await ended).toBe(1);
  expect(state()).toMatchObject({ phase: "failed", why: expect.stringContaining("exit 3"), programs: {} });
});
