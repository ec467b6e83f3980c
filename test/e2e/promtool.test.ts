import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMetrics } from "../../orchestrator/metrics/metrics.ts";
import { observeTurn } from "../../orchestrator/metrics/observe-turn.ts";
import { turnReport } from "../orchestrator/metrics/turn-report.ts";
import {
  clearPicture,
  personPicture,
  STUB,
  STUB_SHA256,
  type TestFolder,
  testFolder,
} from "../standins/photo-files.ts";

const sightline = join(import.meta.dirname, "../../sightline");

/** What `promtool check metrics` says about a text: 0 well, 1 not readable, 3 readable with remarks. */
function promtool(exposition: string): {
  readonly status: number | null;
  readonly remarks: readonly string[];
} {
  const ran = spawnSync("promtool", ["check", "metrics"], { input: exposition, encoding: "utf8" });
  if (ran.error)
    throw new Error("promtool is not installed: it comes with Debian's package prometheus", {
      cause: ran.error,
    });
  return { status: ran.status, remarks: `${ran.stdout}${ran.stderr}`.split("\n").filter(Boolean) };
}

interface Program {
  readonly url: string;
  stop(): Promise<void>;
}

/** One of our servers as its own process, once it says where it listens. */
async function start(...args: readonly string[]): Promise<Program> {
  const child: ChildProcess = spawn(sightline, [...args, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (!child.stdout) throw new Error("no standard output");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { listening } = JSON.parse(line) as { listening: string };
  return {
    url: listening,
    async stop() {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

const text = async (url: string): Promise<string> => (await fetch(url)).text();

test("promtool finds what is wrong, so that its silence means something", () => {
  expect(promtool('sightline_turns{route="local" 1\n').status).toBe(1);
  expect(promtool("# TYPE sightline_turns counter\nsightline_turns 1\n")).toMatchObject({
    status: 3,
    remarks: expect.arrayContaining([expect.stringContaining("_total")]),
  });
});

describe("the orchestrator", () => {
  test("is well before the first turn and after turns of every kind", async () => {
    const metrics = createMetrics();
    expect(promtool(await metrics.exposition())).toEqual({ status: 0, remarks: [] });
    observeTurn(metrics, turnReport());
    observeTurn(
      metrics,
      turnReport({ route: { engine: "none", reason: "no-frame-available" }, outcome: "notice" }),
    );
    observeTurn(
      metrics,
      turnReport({ engineErrors: [{ engine: "cloud", category: "timeout" }], refused: true }),
    );
    expect(promtool(await metrics.exposition())).toEqual({ status: 0, remarks: [] });
  });

  let folder: TestFolder;
  beforeAll(() => {
    folder = testFolder();
  });
  afterAll(() => folder.remove());

  test("is well as the command line writes it", () => {
    const file = join(folder.path, "metrics.txt");
    const ran = spawnSync(sightline, [
      "ask",
      "-",
      "What is two and two?",
      "--engine",
      "simulator",
      "--metrics",
      file,
    ]);
    expect(ran.status).toBe(0);
    const exposition = readFileSync(file, "utf8");
    expect(exposition).toMatch(/^sightline_turns_total\{transport="terminal",.*\} 1$/m);
    expect(promtool(exposition)).toEqual({ status: 0, remarks: [] });
  });
});

describe("the person gate", () => {
  let gate: Program;
  beforeAll(async () => {
    gate = await start("gate", "--model", STUB, "--sha256", STUB_SHA256);
  });
  afterAll(() => gate.stop());

  test("is well after pictures of every kind", async () => {
    await expect.poll(async () => (await fetch(`${gate.url}/health`)).status, { timeout: 10_000 }).toBe(200);
    for (const body of [await personPicture(), await clearPicture(), Buffer.from("no picture")])
      await fetch(`${gate.url}/v1/judge`, {
        method: "POST",
        headers: { "content-type": "image/jpeg" },
        body,
      });
    const exposition = await text(`${gate.url}/metrics`);
    expect(exposition).toMatch(/^sightline_gate_verdicts_total\{.*"person".*\} 1$/m);
    expect(promtool(exposition)).toEqual({ status: 0, remarks: [] });
  });
});

describe("the simulator", () => {
  let simulator: Program;
  beforeAll(async () => {
    simulator = await start("simulator");
  });
  afterAll(() => simulator.stop());

  test("is readable, and what promtool remarks is vLLM's own naming", async () => {
    const body = JSON.stringify({
      model: "vision",
      messages: [{ role: "user", content: "Hello" }],
      max_tokens: 8,
    });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${simulator.url}/v1/chat/completions`, { method: "POST", headers, body });
    expect(answer.status).toBe(200);
    await answer.text();
    const exposition = await text(`${simulator.url}/metrics`);
    expect(exposition).toMatch(/^vllm:time_to_first_token_seconds_count\{.*\} 1(\.0)?$/m);
    const { status, remarks } = promtool(exposition);
    expect(status).not.toBe(1);
    const ours = remarks.filter(
      (remark) =>
        !/^vllm:\S+ (metric names should not contain ':'|non-counter metrics should not have)/.test(remark),
    );
    expect(ours).toEqual([]);
  });
});
