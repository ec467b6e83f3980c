import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningGate } from "../../../inference/gate/start.ts";
import { type Simulator, startSimulator } from "../../../inference/simulator/start.ts";
import { ask } from "../../../orchestrator/commands/ask.ts";
import { jsonLines, type Ran, runCommand, type RunOptions } from "../../standins/command.ts";
import {
  clearPicture,
  personPicture,
  startStubGate,
  type TestFolder,
  testFolder,
} from "../../standins/photo-files.ts";

/** Members of D.4, in order. */
const MEMBERS = [
  "question",
  "answer",
  "outcome",
  "needsFrame",
  "frame",
  "verdict",
  "route",
  "ttftMs",
  "totalMs",
  "promptTokens",
  "cachedTokens",
  "completionTokens",
];
const SEEING = "What is in front of me?";

let gate: RunningGate;
let folder: TestFolder;
let person: string;
let clear: string;
beforeAll(async () => {
  gate = await startStubGate();
  folder = testFolder();
  person = folder.put("person.jpg", await personPicture());
  clear = folder.put("clear.jpg", await clearPicture());
});
afterAll(async () => {
  await gate.close();
  folder.remove();
});

const run = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  runCommand(ask, args, { ...options, env: { GATE_URL: gate.url, ...options.env } });

describe("ask, with nothing configured", () => {
  it("prints the answer and nothing else", async () => {
    const ran = await run([person, "Is anyone there?"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/^[^\n]*\bone person\b[^\n]* o'clock\.\n$/i);
  });

  it("prints one JSON object with every member", async () => {
    const ran = await run([person, "Is anyone there?", "--json"]);
    const lines = jsonLines(ran);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(lines).toHaveLength(1);
    expect(Object.keys(lines[0]!)).toEqual(MEMBERS);
    expect(lines[0]).toEqual({
      question: "Is anyone there?",
      answer: expect.stringMatching(/\bone person\b/i),
      outcome: "answered",
      needsFrame: { value: true, reason: expect.stringMatching(/./) },
      frame: {
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        width: 640,
        height: 384,
        sharpness: expect.any(Number),
      },
      verdict: {
        value: "person",
        score: expect.any(Number),
        reason: "person-detected",
        boxes: expect.any(Array),
        model: expect.any(String),
        ms: expect.any(Number),
      },
      route: { engine: "describer", reason: expect.stringMatching(/./) },
      ttftMs: expect.any(Number),
      totalMs: expect.any(Number),
      promptTokens: null,
      cachedTokens: null,
      completionTokens: null,
    });
    const { verdict } = lines[0] as { verdict: { boxes: Record<string, unknown>[] } };
    const [box] = verdict.boxes;
    expect(Object.keys(box!).sort()).toEqual(["height", "label", "score", "width", "x", "y"]);
    expect(box).toMatchObject({ label: "person" });
    const { x, width } = box as { x: number; width: number };
    expect(x + width / 2).toBeGreaterThan(80);
    expect(x + width / 2).toBeLessThan(240);
  });

  it("without a picture: no frame, no verdict, and null for both", async () => {
    const ran = await run(["-", SEEING, "--json"]);
    expect(ran.code).toBe(0);
    expect(jsonLines(ran)[0]).toMatchObject({
      outcome: "notice",
      answer: expect.stringMatching(/camera is off/),
      needsFrame: { value: true },
      frame: null,
      verdict: null,
      route: { engine: "none", reason: "no-frame-available" },
      ttftMs: null,
      promptTokens: null,
    });
  });

  it("a question that needs no camera is told honestly that there is no model", async () => {
    const ran = await run(["-", "What is the capital of France?", "--json"]);
    expect(ran.code).toBe(0);
    const [turn] = jsonLines(ran);
    expect(Object.keys(turn!)).toEqual(MEMBERS);
    expect(turn).toMatchObject({
      outcome: "notice",
      answer: "Without a language model I can only name what I detect in a picture.",
      needsFrame: { value: false },
      frame: null,
      verdict: null,
      route: { engine: "none" },
    });
  });

  it("explains what was decided, line by line", async () => {
    const ran = await run([person, "Is anyone there?", "--explain"]);
    expect(ran.stdout).toMatch(/^ {2}camera +needed \(.+\)$/m);
    expect(ran.stdout).toMatch(
      /^ {2}gate +person [01]\.\d\d \(person-detected, \d+ ms\): person [01]\.\d\d at \d+,\d+,\d+,\d+$/m,
    );
    expect(ran.stdout).toMatch(/^ {2}route +describer \(.+\)$/m);
    expect(ran.stdout).toMatch(/^ {2}answer +\S/m);
    expect(ran.stdout).toMatch(/^ {2}time +first word [\d.]+ ms after the request, \d+ ms in all$/m);
  });

  it("draws nothing over JSON on a terminal", async () => {
    const ran = await run([person, "Is anyone there?", "--json"], { isTty: true });
    expect(jsonLines(ran)).toHaveLength(1);
  });

  it("writes the turn's metrics", async () => {
    const file = `${folder.path}/metrics.prom`;
    expect((await run([person, SEEING, "--metrics", file])).code).toBe(0);
    const metrics = readFileSync(file, "utf8");
    expect(metrics).toMatch(/^sightline_verdicts_total\{verdict="person",reason="person-detected"\} 1$/m);
    expect(metrics).toMatch(/^sightline_turns_total\{.*route="describer".*outcome="answered"\} 1$/m);
    const bad = await run([person, SEEING, "--metrics", folder.path]);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toMatch(/^sightline: --metrics: cannot write .*\(EISDIR\); expected a file[^\n]*\n$/);
  });
});

describe("ask, with the simulator", () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());

  it("streams the local engine's answer and its token counts", async () => {
    const env = { LOCAL_ENGINE_URL: `${simulator.url}/v1` };
    const ran = await run([clear, SEEING, "--json"], { env });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(jsonLines(ran)[0]).toMatchObject({
      outcome: "answered",
      answer: expect.stringMatching(/\S/),
      verdict: { value: "clear", reason: "no-person" },
      route: { engine: "local", reason: "local-only" },
      ttftMs: expect.any(Number),
      promptTokens: expect.any(Number),
      cachedTokens: expect.any(Number),
      completionTokens: expect.any(Number),
    });
  });

  it("sends a clear picture to the cloud and a person to the local engine", async () => {
    const url = `${simulator.url}/v1`;
    const env = { LOCAL_ENGINE_URL: url, CLOUD_ENGINE_URL: url, CLOUD_ENGINE_MODEL: "vision" };
    const routes = [];
    for (const photo of [clear, person]) {
      const [turn] = jsonLines(await run([photo, SEEING, "--json"], { env }));
      routes.push(turn!["route"]);
    }
    expect(routes).toEqual([
      { engine: "cloud", reason: "no-person" },
      { engine: "local", reason: "person-in-frame" },
    ]);
  });

  it("--engine simulator brings its own, whatever is configured", async () => {
    const env = { CLOUD_ENGINE_URL: "http://127.0.0.1:1/v1" };
    const ran = await run([clear, SEEING, "--json", "--engine", "simulator"], { env });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(jsonLines(ran)[0]).toMatchObject({ route: { engine: "local" }, outcome: "answered" });
  });
});
