import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freeTcpPort } from "../../../orchestrator/lib/free-port.ts";
import { birthOf } from "../../../orchestrator/up/process-birth.ts";
import { readState, upPlaces, writeState } from "../../../orchestrator/up/state.ts";
import { sightline } from "../../e2e/programs.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";

let folder: TestFolder;
/** In place of the keeper and of its gateway: it has the page's port. */
let running: ChildProcess;
let port: number;
beforeEach(async () => {
  folder = testFolder();
  port = await freeTcpPort();
  const listen = `require("node:http").createServer().listen(${port}, "127.0.0.1", () => console.log("here"))`;
  running = spawn(process.execPath, ["-e", listen], { stdio: ["ignore", "pipe", "inherit"] });
  if (running.stdout) await once(running.stdout, "data");
  const known = { pid: running.pid ?? 0, birth: birthOf(running.pid ?? 0) ?? "" };
  const gateway = { ...known, address: `https://localhost:${port}`, ready: true, restarts: 0 };
  writeState(upPlaces(folder.path), {
    phase: "ready",
    why: null,
    keeper: known,
    address: gateway.address,
    engine: "a simulator",
    programs: { gateway },
  });
});
afterEach(() => {
  running.kill("SIGKILL");
  folder.remove();
});

async function upgrade(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const program = sightline(["upgrade", "--engine", "simulator", ...args], {
    env: { DATA_DIR: folder.path, PORT: String(port), AGENT_PORT: "0", ...env },
  });
  const code = await program.ended;
  return { code, said: program.stderr() };
}

test("what is in the way of an upgrade is said first, and what runs is left alone; its port is its own", async () => {
  const { code, said } = await upgrade({ GRAFANA_PASSWORD: "short" }, "--runtime", "process");
  expect(code).toBe(1);
  expect(said).toContain("weak secret: GRAFANA_PASSWORD has 5 characters");
  expect(said).not.toContain("(page) is taken");
  expect([running.exitCode, running.signalCode]).toEqual([null, null]);
  expect(readState(upPlaces(folder.path))?.phase).toBe("ready");
  const other = await freeTcpPort();
  const moved = await upgrade(
    { GRAFANA_PASSWORD: "short", AGENT_PORT: String(port), PORT: String(other) },
    "--runtime=process",
  );
  expect(moved.said).not.toContain("is taken");
});

test("an upgrade in containers does not start beside programs of this machine", async () => {
  const { code, said } = await upgrade({});
  expect(code).toBe(1);
  expect(said).toBe(
    "sightline: what runs are programs of this machine; expected ENGINE=simulator RUNTIME=process, or 'make down' first\n",
  );
  expect(running.exitCode).toBeNull();
});
