import { createHash } from "node:crypto";
import sharp from "sharp";
import { afterEach, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../../inference/simulator/start.ts";
import type { EngineConfig } from "../../../orchestrator/config.ts";
import type { Jpeg } from "../../../orchestrator/turn/turn.ts";
import { type Asked, ask, localEngine, promptOf, question, shows, text } from "./engine-fixture.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function start(
  options: Parameters<typeof startSimulator>[0] = {},
  config: Partial<EngineConfig> = {},
): Promise<{ readonly simulator: Simulator; readonly engine: ReturnType<typeof localEngine> }> {
  const simulator = await startSimulator(options);
  const engine = localEngine(`${simulator.url}/v1`, { kind: "auto", model: undefined, ...config });
  closing.push(
    () => engine.close(),
    () => simulator.close(),
  );
  return { simulator, engine };
}

describe("the simulated vLLM", () => {
  it.each([
    [1, "status=500", { code: "http-500", category: "server" }],
    [2, "status=503", { code: "http-503", category: "at-capacity" }],
    [3, "status=429", { code: "http-429", category: "at-capacity" }],
    [4, "status=400", { code: "http-400", category: "invalid-request" }],
    [5, "hang", { code: "ttft", category: "timeout" }],
    [5, "hang-after-head", { code: "ttft", category: "timeout" }],
    [6, "stall-after=2", { code: "gap", category: "timeout" }],
    [7, "reset-after=2", { code: "reset", category: "connectivity" }],
    [7, "cut-after=2", { code: "reset", category: "connectivity" }],
    [8, "end-after=2", { code: "eof-without-done", category: "connectivity" }],
    [8, "no-done", { code: "eof-without-done", category: "connectivity" }],
    [9, "bad-json-after=2", { code: "decode", category: "server" }],
    [10, "binary-after=2", { code: "decode", category: "server" }],
    [11, "error-after=2", { code: "midstream-error", category: "server" }],
    [12, "empty", { code: "done-without-finish", category: "server" }],
    [12, "drained", { code: "done-without-finish", category: "server" }],
    [16, "html", { code: "content-type", category: "server" }],
    [0, "abort-after=2", { code: "abort", category: "server" }],
    [0, "status=401", { code: "http-401", category: "unauthorized" }],
  ])("row %i: %s", async (_row, fault, expected) => {
    const { code } = expected;
    const limits = code === "ttft" ? { firstTokenMs: 150 } : code === "gap" ? { gapMs: 80 } : {};
    const { engine } = await start({ fault, answer: "The door is on your left." }, limits);
    const asked = await ask(engine, question);
    expect(asked.finish).toBeUndefined();
    expect(asked.error).toMatchObject(expected);
  });

  it.each([
    [13, "refusal", "refusal"],
    [14, "content-filter=2", "content-filter"],
    [15, "length=2", "length"],
    [0, "no-usage", "stop"],
  ])("row %i: %s", async (_row, fault, reason) => {
    const { engine } = await start({ fault, answer: "The door is on your left." });
    const asked = await ask(engine, question);
    expect(asked.finish?.reason).toBe(reason);
  });

  it("answers, and is told whose conversation it is", async () => {
    const { engine } = await start({ answer: "The door is on your left." });
    const asked = await ask(engine, question);
    expect(asked.text).toBe("The door is on your left.");
    expect(asked.finish?.usage.cachedTokens).toBe(0);
  });

  it("finds its prefix again in the same conversation, and in no other", async () => {
    const { engine } = await start();
    const first = await pictured(engine, "call-1");
    const again = await pictured(engine, "call-1");
    const other = await pictured(engine, "call-2");
    expect(first.finish?.usage.cachedTokens).toBe(0);
    expect(again.finish?.usage.cachedTokens).toBeGreaterThan(100);
    expect(other.finish?.usage.cachedTokens).toBe(0);
  });

  it("gets the bytes again when it lost a picture", async () => {
    const { engine, simulator } = await start();
    await pictured(engine, "call-1");
    simulator.flushImages();
    expect((await pictured(engine, "call-1")).error).toBeUndefined();
  });

  it("reports a prompt that is too long, a wrong key and an unknown model", async () => {
    const long = promptOf([[text("word ".repeat(4000))]]);
    const { engine } = await start({ maxModelLen: 1024 });
    expect((await ask(engine, long)).error).toMatchObject({ code: "prompt-too-long" });
    const guarded = await start({ apiKey: "right" }, { apiKey: "wrong", model: "vision", kind: "vllm" });
    expect((await ask(guarded.engine, question)).error).toMatchObject({ code: "http-401" });
    const unknown = await start({}, { model: "gone", kind: "vllm" });
    expect((await ask(unknown.engine, question)).error).toMatchObject({ code: "unknown-model" });
  });

  it("that drains or has died is an error soon, and never a stall", async () => {
    const { engine, simulator } = await start({ shutdownTimeoutMs: 500 });
    await ask(engine, question);
    void simulator.drain();
    for (let i = 0; i < 3; i += 1) {
      const { error, ms } = await ask(engine, question);
      expect(["server", "connectivity"]).toContain(error?.category);
      expect(ms).toBeLessThan(2000);
    }
    const dying = await start();
    await ask(dying.engine, question);
    dying.simulator.killEngine();
    expect((await ask(dying.engine, question)).error?.category).toMatch(/server|connectivity/u);
  });
});

async function pictured(engine: ReturnType<typeof localEngine>, conversationId: string): Promise<Asked> {
  const picture = { width: 640, height: 480, channels: 3, background: "teal" } as const;
  const bytes = await sharp({ create: picture }).jpeg().toBuffer();
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const jpeg = { bytes, sha256, width: 640, height: 480 };
  return ask(engine, promptOf<Jpeg>([[shows(jpeg), text("What is it?")]], { conversationId }));
}
