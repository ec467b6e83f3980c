import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startSimulator } from "../../../inference/simulator/start.ts";
import { createEngineLoad, type EngineLoad, waitingIn } from "../../../orchestrator/engines/engine-load.ts";
import { localEngine } from "./engine-fixture.ts";

let open: EngineLoad | undefined;
afterEach(() => {
  open?.close();
  vi.useRealTimers();
});

function load(readWaiting: () => Promise<number> = async () => 0): EngineLoad {
  open = createEngineLoad("local", readWaiting);
  return open;
}
const { signal } = new AbortController();
const foreground = { background: undefined, signal };
const background = { background: { call: "call", leftTokens: 100 }, signal };
const untilAborted = (aborted: AbortSignal): Promise<never> =>
  new Promise((_, reject) => aborted.addEventListener("abort", () => reject(aborted.reason as Error)));
const QUEUE = { code: "engine-queue" };

describe("what the calls of a process ask of an engine", () => {
  it("is one prefill at a time", async () => {
    const engine = load();
    const done = Promise.withResolvers<boolean>();
    const first = engine.prefill(foreground, () => done.promise);
    expect(engine.state().hasRoom).toBe(false);
    await expect(engine.prefill(foreground, async () => true)).rejects.toMatchObject(QUEUE);
    done.resolve(true);
    expect(await first).toBe(true);
    expect(engine.state().hasRoom).toBe(true);
    expect(await engine.prefill(foreground, async () => true)).toBe(true);
  });

  it("has room again as soon as one is stopped", async () => {
    const engine = load();
    const stop = new AbortController();
    const done = Promise.withResolvers<boolean>();
    const stopped = engine.prefill({ background: undefined, signal: stop.signal }, () => done.promise);
    stop.abort();
    const next = Promise.withResolvers<boolean>();
    const running = engine.prefill(foreground, () => next.promise);
    done.resolve(true);
    await stopped;
    expect(engine.state().hasRoom).toBe(false);
    next.resolve(true);
    await running;
    expect(engine.state().hasRoom).toBe(true);
  });

  it("is no prefill while a question waits for its first token", async () => {
    const engine = load();
    const question = engine.question();
    expect(engine.state().hasRoom).toBe(false);
    await expect(engine.prefill(foreground, async () => true)).rejects.toMatchObject(QUEUE);
    question.answered();
    expect(engine.state().hasRoom).toBe(true);
    expect(await engine.prefill(foreground, async () => true)).toBe(true);
  });

  it("is nothing in the background while an answer begins", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const engine = load();
    const [ended, long] = [engine.question(), engine.question()];
    ended.answered();
    long.answered();
    await expect(engine.prefill(background, async () => true)).rejects.toMatchObject(QUEUE);
    vi.advanceTimersByTime(299);
    await expect(engine.prefill(background, async () => true)).rejects.toMatchObject(QUEUE);
    vi.advanceTimersByTime(1);
    expect(await engine.prefill(background, async () => true)).toBe(true);
    ended.end();
    const next = engine.question();
    next.answered();
    await expect(engine.prefill(background, async () => true)).rejects.toMatchObject(QUEUE);
    next.end();
    long.end();
    expect(await engine.prefill(background, async () => true)).toBe(true);
  });

  it("is in the background for the call that has least of it left", async () => {
    const engine = load();
    const done = Promise.withResolvers<boolean>();
    const first = engine.prefill(background, () => done.promise);
    const longer = { background: { call: "another", leftTokens: 101 }, signal };
    await expect(engine.prefill(longer, async () => true)).rejects.toMatchObject(QUEUE);
    done.resolve(true);
    await first;
    await expect(engine.prefill(longer, async () => true)).rejects.toMatchObject(QUEUE);
    expect(await engine.prefill(background, async () => true)).toBe(true);
  });

  it("leaves a prefill alone that the question may need", async () => {
    const engine = load();
    const done = Promise.withResolvers<boolean>();
    const needed = engine.prefill(foreground, () => done.promise);
    engine.question();
    done.resolve(true);
    expect(await needed).toBe(true);
  });

  it.each([
    ["a question", (engine: EngineLoad) => void engine.question()],
    ["another prefill", (engine: EngineLoad) => void engine.prefill(foreground, async () => true)],
  ])("in the background gives way to %s", async (_, come) => {
    const engine = load();
    const idle = engine.prefill(background, untilAborted);
    expect(engine.state().hasRoom).toBe(true);
    come(engine);
    await expect(idle).rejects.toMatchObject(QUEUE);
  });

  it("wakes it from idling, with the end of the answer", async () => {
    const engine = load();
    const question = engine.question();
    question.answered();
    await delay(30);
    expect(engine.state().idleMs).toBe(0);
    question.end();
    expect(engine.state().idleMs).toBeLessThan(20);
    await delay(30);
    expect(engine.state().idleMs).toBeGreaterThanOrEqual(25);
  });
});

describe("what waits at the server", () => {
  it("is asked for each second while somebody wants to know, and keeps prefills away", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    const readWaiting = vi.fn<() => Promise<number>>().mockResolvedValue(2);
    const engine = load(readWaiting);
    expect(engine.state().hasRoom).toBe(true);
    await vi.advanceTimersByTimeAsync(10);
    expect(engine.state().hasRoom).toBe(false);
    readWaiting.mockRejectedValue(new Error("no metrics"));
    await vi.advanceTimersByTimeAsync(1000);
    expect(engine.state().hasRoom).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(readWaiting.mock.calls.length).toBeLessThan(15);
  });

  it("does not count what it is asked for by us", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    const readWaiting = vi.fn<() => Promise<number>>().mockResolvedValue(2);
    const engine = load(readWaiting);
    const questions = [engine.question(), engine.question()];
    engine.state();
    await vi.advanceTimersByTimeAsync(10);
    for (const question of questions) question.answered();
    expect(engine.state().hasRoom).toBe(true);
  });

  it("is read from the metrics of a vLLM", () => {
    const metrics = [
      "# TYPE vllm:num_requests_waiting gauge",
      'vllm:num_requests_waiting{engine="0",model_name="vision"} 3.0',
      'vllm:num_requests_waiting{engine="1",model_name="vision"} 1.0',
      'vllm:num_requests_waiting_by_reason{engine="0",reason="capacity"} 3.0',
    ].join("\n");
    expect(waitingIn(metrics)).toBe(4);
    expect(waitingIn("")).toBe(0);
  });

  it("is found beside the address of an engine", async () => {
    const simulator = await startSimulator({ maxNumSeqs: 1, profile: "l4-7b-fp8" });
    const engine = localEngine(`${simulator.url}/v1`, { kind: "auto", model: undefined });
    const stop = new AbortController();
    const ask = (content: string): Promise<unknown> =>
      fetch(`${simulator.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          model: "vision",
          messages: [{ role: "user", content }],
          max_completion_tokens: 200,
        }),
        signal: stop.signal,
      }).catch(() => {});
    const others = ["One?", "Two?", "Three?"].map(ask);
    try {
      await expect.poll(() => engine.state?.().hasRoom, { timeout: 4000 }).toBe(false);
    } finally {
      stop.abort();
      await Promise.all(others);
      await engine.close();
      await simulator.close();
    }
  });
});
