import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SimulatorOptions } from "../../../inference/simulator/options.ts";
import { startSimulator } from "../../../inference/simulator/start.ts";
import { freeTcpPort } from "../../../orchestrator/lib/free-port.ts";
import { type EngineFront, startEngineFront } from "../../standins/engine-front.ts";
import { endLater, mountedScript, runWarmUp, startEngineProcess, stateFile } from "./warm-up-program.ts";

const KEY = "a-key-of-the-engine";

/** A simulator behind a front; and the arguments that name it, with a state of its own. */
async function startEngine(
  options: SimulatorOptions = {},
): Promise<{ readonly front: EngineFront; readonly args: readonly string[] }> {
  const simulator = await startSimulator(options);
  const front = await startEngineFront(simulator.url);
  endLater(async () => {
    await front.close();
    await simulator.close();
  });
  return { front, args: ["--engine", front.url, "--state", stateFile(), "--canary", "0.5"] };
}

const reasons = (told: readonly Readonly<Record<string, unknown>>[]): unknown[] =>
  told.filter(({ msg }) => msg === "not ready").map(({ reason }) => reason);

describe("wait", () => {
  test("is over when every picture was called by its colour, text and pictures, alone and two at once", async () => {
    const { front, args } = await startEngine();
    const ran = await runWarmUp("wait", args);
    expect(ran.told).toEqual([
      expect.objectContaining({ msg: "warming" }),
      expect.objectContaining({ msg: "warm", prefix_cache: true, holds_pictures: true }),
    ]);
    expect(ran.code).toBe(0);
    // text; four pictures; a conversation of two questions; two at once; two in time
    expect(front.asked).toHaveLength(1 + 4 + 2 + 2 + 2);
  });

  test("a second one asks for a single token, since the same process serves", async () => {
    const { front, args } = await startEngine();
    await runWarmUp("wait", args);
    const before = front.asked.length;
    const ran = await runWarmUp("wait", args);
    expect([ran.code, front.asked.length - before]).toEqual([0, 1]);
    expect(front.asked.at(-1)).toMatchObject({ max_completion_tokens: 1 });
  });

  test.each([
    ["forgets prefixes", "flush-blocks", { prefix_cache: false, holds_pictures: true }],
    ["forgets pictures", "flush-images", { prefix_cache: true, holds_pictures: false }],
  ])("an engine that %s is slower, not wrong: ready, and told", async (_what, fault, found) => {
    const { front, args } = await startEngine();
    front.fault = fault;
    const ran = await runWarmUp("wait", args);
    expect(ran.told.at(-1)).toMatchObject({ msg: "warm", ...found });
    expect(ran.code).toBe(0);
  });

  test("runs where a ConfigMap mounts it, and leaves nothing there", async () => {
    const { args } = await startEngine();
    const script = mountedScript();
    expect((await runWarmUp("wait", args, {}, script)).code).toBe(0);
    expect(readdirSync(join(script, "../..data"))).not.toContain("__pycache__");
  });

  test("waits for an engine that does not listen yet", async () => {
    const port = await freeTcpPort();
    const args = ["--engine", `http://127.0.0.1:${port}`, "--state", stateFile()];
    const waiting = runWarmUp("wait", args);
    const simulator = await startSimulator({ port, startDelayMs: 1500 });
    endLater(() => simulator.close());
    const ran = await waiting;
    expect(reasons(ran.told)).toEqual(["refused"]);
    expect(ran.code).toBe(0);
  });

  test("gives up at its deadline, also in the middle of a question", async () => {
    const { front, args } = await startEngine();
    front.fault = "hang-after-head";
    const startedMs = performance.now();
    const ran = await runWarmUp("wait", [...args, "--within", "1"]);
    expect(ran.code).toBe(1);
    expect(performance.now() - startedMs).toBeLessThan(3000);
    expect(ran.told.at(-1)).toMatchObject({ msg: "not ready in time", reason: "warming" });
  });

  test("an engine that was started again is warmed again", async () => {
    const port = await freeTcpPort();
    const args = ["--engine", `http://127.0.0.1:${port}/v1`, "--state", stateFile()];
    for (let round = 0; round < 2; round += 1) {
      const engine = await startEngineProcess({ port });
      expect((await runWarmUp("wait", args)).told.at(-1)).toMatchObject({ msg: "warm" });
      await engine.stop();
    }
    expect(await runWarmUp("check", [...args, "--every", "0"])).toMatchObject({
      code: 1,
      stdout: "not ready: refused\n",
    });
  });
});

describe("is never ready although /health says 200", () => {
  test.each([
    ["pictures are called by wrong colours", "wrong-pixels", "wrong-colour"],
    ["words make no sense", "gibberish", "wrong-colour"],
    ["streams end without a reason", "end-after=1", "cut"],
    ["answers are cut by the server", "abort-after=0", "cut"],
    ["streams carry an error", "error-after=0", "error"],
    ["answers have no words", "empty", "cut"],
    ["it drains", "drained", "cut"],
    ["connections are reset", "reset-after=0", "cut"],
    ["its queue is full", "status=503", "full"],
    ["it answers 500", "status=500", "http"],
    ["a page answers instead of it", "html", "cut"],
    ["its first token comes too late", "slow-first=80", "too-slow"],
  ])("%s", async (_what, fault, reason) => {
    const { front, args } = await startEngine();
    front.fault = fault;
    const ran = await runWarmUp("check", [...args, "--first-token", "0.05"]);
    expect(ran).toMatchObject({ code: 1, stdout: `not ready: ${reason}\n` });
  });

  test("it wants another key; the key is told nowhere", async () => {
    const { args } = await startEngine({ apiKey: KEY });
    const wrong = await runWarmUp("check", args, { VLLM_API_KEY: "wrong-key" });
    expect(wrong).toMatchObject({ code: 1, stdout: "not ready: unauthorized\n" });
    const right = await runWarmUp("check", [...args, "--every", "0"], { VLLM_API_KEY: KEY });
    expect(right.code).toBe(0);
    const malformed = await runWarmUp("check", args, { VLLM_API_KEY: "two\nlines" });
    expect(malformed.code).toBe(2);
    expect(malformed.stderr).toContain("no HTTP header can carry");
    expect(JSON.stringify([wrong, right, malformed])).not.toContain("two");
    expect(JSON.stringify([wrong, right])).not.toMatch(new RegExp(`wrong-key|${KEY}`));
  });
});

describe("check", () => {
  test("warms the engine once, and asks nothing more as long as its canary is fresh", async () => {
    const { front, args } = await startEngine();
    expect((await runWarmUp("check", args)).code).toBe(0);
    const before = front.asked.length;
    expect((await runWarmUp("check", args)).code).toBe(0);
    expect(front.asked).toHaveLength(before);
  });

  test.each([
    ["stalls before its first byte", "hang", false, "stalled"],
    ["stalls after its head", "hang-after-head", false, "stalled"],
    ["answers what its engine did not generate", "", true, "not-counted"],
    ["is full, and generates nothing", "status=503", false, "full"],
    ["has no token to give", "drained", false, "cut"],
  ])(
    "a warm engine that %s is not ready, and is again once it answers",
    async (_what, fault, frozen, reason) => {
      const { front, args } = await startEngine();
      const again = [...args, "--every", "0"];
      expect((await runWarmUp("check", again)).code).toBe(0);
      Object.assign(front, { fault, frozen });
      expect(await runWarmUp("check", again)).toMatchObject({ code: 1, stdout: `not ready: ${reason}\n` });
      Object.assign(front, { fault: "", frozen: false });
      const before = front.asked.length;
      expect((await runWarmUp("check", again)).code).toBe(0);
      expect(front.asked.length - before).toBe(1);
    },
  );

  test("an engine that is busy with others is alive", async () => {
    const { front, args } = await startEngine({ profile: "h100-2b" });
    const again = [...args, "--every", "0"];
    expect((await runWarmUp("check", again)).code).toBe(0);
    const body = {
      model: "vision",
      messages: [{ role: "user", content: "?" }],
      stream: true,
      ignore_eos: true,
      max_completion_tokens: 4000,
    };
    const other = new AbortController();
    endLater(() => other.abort());
    await fetch(`${front.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: other.signal,
    });
    front.fault = "status=503";
    expect((await runWarmUp("check", again)).code).toBe(0);
  });
});
