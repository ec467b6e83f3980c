import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EXIT } from "../../../../orchestrator/commands/exit.ts";
import { toUpOptions } from "../../../../orchestrator/commands/stack/up-options.ts";
import { upProcess } from "../../../../orchestrator/commands/stack/up-process.ts";
import { readConfig } from "../../../../orchestrator/config/read-config.ts";
import { birthOf } from "../../../../orchestrator/up/process-birth.ts";
import { upPlaces, writeState } from "../../../../orchestrator/up/state.ts";
import { type TestFolder, testFolder } from "../../../standins/photo-files.ts";

let folder: TestFolder;
beforeEach(() => {
  folder = testFolder();
});
afterEach(() => folder.remove());

/** What a second `up` says of what runs, kept by this process. */
async function saidOf(gateReady: boolean): Promise<string> {
  const here = { pid: process.pid, birth: birthOf(process.pid) ?? "" };
  const program = { ...here, address: "http://127.0.0.1:1", ready: true, restarts: 0 };
  writeState(upPlaces(folder.path), {
    phase: "ready",
    why: null,
    keeper: here,
    address: "https://localhost:8000",
    engine: "a simulator",
    programs: { gate: { ...program, ready: gateReady }, gateway: program },
  });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { stdin: new PassThrough(), stdout, stderr, isTty: false, colours: false, onForced: () => {} };
  const options = toUpOptions({ engine: "simulator", runtime: "process" });
  const config = readConfig(folder.path, { DATA_DIR: folder.path });
  const code = await upProcess(options, config, { ...io, signal: new AbortController().signal });
  expect(code).toBe(EXIT.done);
  stdout.end();
  return text(stdout);
}

test("where the gate is not ready, as without its weights, it is said what that means", async () => {
  expect(await saidOf(false)).toContain(
    "  gate         not ready: until it is, no picture leaves this machine\n",
  );
});

test("a gate that is ready is no news", async () => {
  const said = await saidOf(true);
  expect(said).toContain("Sightline is up: open https://localhost:8000\n");
  expect(said).not.toContain("gate ");
});
