import { copyFileSync, readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RunningGate, startGate } from "../../../inference/gate/start.ts";
import { ask } from "../../../orchestrator/commands/ask.ts";
import { jsonLines, type Ran, runCommand } from "../../standins/command.ts";
import { type OpenaiServer, says, startOpenaiServer } from "../../standins/openai-server.ts";
import { clearPicture, STUB, STUB_SHA256, type TestFolder, testFolder } from "../../standins/photo-files.ts";
import { fakeGate, type FakeGate, type Posted } from "../vision/fake-gate.ts";

const SEEING = "What is in front of me?";

let folder: TestFolder;
let photo: string;
let local: OpenaiServer;
let cloud: OpenaiServer;
beforeAll(async () => {
  folder = testFolder();
  photo = folder.put("clear.jpg", await clearPicture());
  local = await startOpenaiServer();
  cloud = await startOpenaiServer({ models: [{ id: "gpt-4o", owned_by: "openai" }] });
  local.always(says("From |home."));
});
afterAll(async () => {
  folder.remove();
  await Promise.all([local.close(), cloud.close()]);
});

let gates: (FakeGate | RunningGate)[] = [];
afterEach(async () => {
  await Promise.all(gates.map((gate) => gate.close()));
  gates = [];
});

const run = (gateUrl: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> => {
  const engines = { LOCAL_ENGINE_URL: local.url, CLOUD_ENGINE_URL: cloud.url };
  const metrics = ["--metrics", `${folder.path}/metrics.prom`];
  return runCommand(ask, [photo, SEEING, "--json", ...metrics], {
    env: { GATE_URL: gateUrl, ...engines, ...env },
  });
};

/** The local engine answers, a line says what is wrong with the gate, and the cloud has seen nothing. */
function expectKept(ran: Ran, reason: string): void {
  expect(ran.code).toBe(0);
  expect(ran.stderr).toBe(
    `note: the person gate gave no verdict (${reason}); 'sightline doctor' says what is missing\n`,
  );
  expect(jsonLines(ran)[0]).toMatchObject({
    outcome: "answered",
    answer: "From home.",
    verdict: { value: "unknown", reason, score: null, boxes: [], model: null, ms: null },
    route: { engine: "local", reason: "gate-unavailable" },
  });
  expect(readFileSync(`${folder.path}/metrics.prom`, "utf8")).toMatch(
    new RegExp(`^sightline_verdicts_total\\{verdict="unknown",reason="${reason}"\\} 1$`, "m"),
  );
  expect(cloud.chats).toHaveLength(0);
}

describe("a gate that is not well keeps the picture at home", () => {
  it.each<readonly [string, (posted: Posted) => unknown, string]>([
    ["answers garbage", ({ response }) => void response.end("clear"), "gate-garbage"],
    ["answers with an error", ({ response }) => void response.writeHead(500).end("{}"), "gate-garbage"],
    ["is busy", ({ response }) => void response.writeHead(429).end("{}"), "gate-busy"],
    ["hangs up", ({ response }) => void response.destroy(), "gate-unreachable"],
    [
      "says clear of a person",
      ({ answer }) => ({
        ...answer,
        boxes: [{ label: "person", score: 0.9, x: 0, y: 0, width: 9, height: 9 }],
      }),
      "gate-garbage",
    ],
    ["says clear with a high score", ({ answer }) => ({ ...answer, score: 0.8 }), "gate-garbage"],
    ["says clear without a score", ({ answer }) => ({ ...answer, score: null }), "gate-garbage"],
  ])("%s", async (_name, behave, reason) => {
    const gate = await fakeGate(behave);
    gates.push(gate);
    expectKept(await run(gate.url), reason);
    expect(gate.posts).toHaveLength(1);
  });

  it("judges other bytes", async () => {
    const gate = await fakeGate(({ answer }) => ({ ...answer, sha256: "0".repeat(64) }));
    gates.push(gate);
    expectKept(await run(gate.url), "other-bytes");
  });

  it("is slow: the turn waits no longer than a photo is worth", async () => {
    const gate = await fakeGate(() => undefined);
    gates.push(gate);
    const startMs = performance.now();
    expectKept(await run(gate.url), "gate-timeout");
    expect(performance.now() - startMs).toBeLessThan(4500);
  });

  it("is not there", async () => {
    expectKept(await run("http://127.0.0.1:1"), "gate-unreachable");
  });

  it.each<readonly [string, (file: string) => void]>([
    ["are missing", () => {}],
    [
      "have one byte flipped",
      (file) => {
        const bytes = readFileSync(STUB);
        bytes[bytes.length >> 1]! ^= 1;
        folder.put(file, bytes);
      },
    ],
    ["have the wrong size", (file) => void folder.put(file, readFileSync(STUB).subarray(0, 4000))],
  ])("its weights %s", async (name, make) => {
    const file = `${name.replaceAll(" ", "-")}.onnx`;
    make(file);
    const gate = await startGate({ modelFile: `${folder.path}/${file}`, sha256: STUB_SHA256 });
    gates.push(gate);
    expect(await gate.settled).toMatchObject({ state: "unready" });
    expectKept(await run(gate.url), "gate-unready");
  });

  it("and with no engine at all it is said plainly", async () => {
    const ran = await run("http://127.0.0.1:1", { LOCAL_ENGINE_URL: "", CLOUD_ENGINE_URL: "" });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^note: the person gate gave no verdict \(gate-unreachable\); [^\n]*\n$/);
    expect(jsonLines(ran)[0]).toMatchObject({
      outcome: "notice",
      answer: "I can't answer right now.",
      route: { engine: "none" },
    });
  });
});

describe("a gate that is well", () => {
  it("sends a clear picture to the cloud: the very bytes that were judged", async () => {
    copyFileSync(STUB, `${folder.path}/well.onnx`);
    const gate = await startGate({ modelFile: `${folder.path}/well.onnx`, sha256: STUB_SHA256 });
    gates.push(gate);
    await gate.settled;
    cloud.always(says("From |afar."));
    const ran = await run(gate.url);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(jsonLines(ran)[0]).toMatchObject({
      answer: "From afar.",
      route: { engine: "cloud", reason: "no-person" },
    });
    expect(cloud.chats).toHaveLength(1);
  });
});
