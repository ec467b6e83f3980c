import { setTimeout as wait } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import type { EngineConfig } from "../../../orchestrator/config.ts";
import { createLocalEngine } from "../../../orchestrator/engines/local-engine.ts";
import {
  type Behaviour,
  events,
  fails,
  finish,
  hangs,
  type OpenaiServer,
  role,
  says,
  startOpenaiServer,
} from "../../standins/openai-server.ts";
import { ask, configOf, contextOf, question } from "./engine-fixture.ts";

let server: OpenaiServer;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startOpenaiServer();
});
afterEach(async () => {
  server.always(says("Hi"));
  await Promise.all(closing.splice(0).map((close) => close()));
});
afterAll(() => server.close());

function engineOf(canaryEveryMs = 60_000, limits: Partial<EngineConfig> = {}) {
  const lines: { level: number; msg: string; code?: string }[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const config = configOf(server.url, limits);
  const engine = createLocalEngine({ config, secretKey: undefined, log, canaryEveryMs });
  closing.push(() => engine.close());
  return { engine, lines };
}

const half: Behaviour = events(role);

describe("the breaker", () => {
  it.each([
    ["500s", fails(500)],
    ["503s", fails(503)],
    ["hangs", hangs],
    ["cut streams", half],
    ["aborted answers", events(finish("abort"))],
    ["resets", (reply: { reset(): void }) => reply.reset()],
  ])("opens after three %s", async (_name, behaviour) => {
    const { engine, lines } = engineOf(60_000, behaviour === hangs ? { firstTokenMs: 60 } : {});
    server.always(behaviour);
    for (let i = 1; i <= 3; i += 1) {
      expect(engine.available()).toBe(true);
      expect((await ask(engine, question)).error).toBeDefined();
      expect(engine.available()).toBe(i < 3);
    }
    const before = server.requests.length;
    const waits: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const { error, ms } = await ask(engine, question);
      expect(error).toMatchObject({ code: "breaker-open" });
      waits.push(ms);
    }
    expect(waits.sort((a, b) => a - b)[2]).toBeLessThan(5);
    expect(server.requests.length).toBe(before);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 40, msg: "engine breaker opened", engine: "local" });
  });

  it.each([
    ["a request that was wrong", fails(400)],
    ["a refused key", fails(401)],
    ["an unknown model", fails(404)],
    ["an answer", says("Hi")],
  ])("stays closed after %s", async (_name, behaviour) => {
    const { engine, lines } = engineOf();
    server.always(behaviour);
    for (let i = 0; i < 5; i += 1) await ask(engine, question);
    expect(engine.available()).toBe(true);
    expect(lines).toEqual([]);
  });

  it("counts failures in a row only", async () => {
    const { engine } = engineOf();
    for (const behaviour of [fails(500), fails(500), says("Hi"), fails(500), fails(500)]) {
      server.always(behaviour);
      await ask(engine, question);
    }
    expect(engine.available()).toBe(true);
  });

  it("takes a stopped turn that was being answered for a good sign", async () => {
    const { engine } = engineOf();
    for (let i = 0; i < 2; i += 1) {
      server.always(fails(500));
      for (let failure = 0; failure < 2; failure += 1) await ask(engine, question);
      server.always(says("a|b|c|d|e", { itlMs: 1 }));
      for await (const _event of engine.answer(question, contextOf())) break;
    }
    expect(engine.available()).toBe(true);
  });

  it("takes no notice of turns that the user stopped", async () => {
    const { engine } = engineOf();
    server.always(hangs);
    for (let i = 0; i < 5; i += 1) {
      const signal = AbortSignal.timeout(5);
      await expect(ask(engine, question, signal)).rejects.toThrow("timeout");
    }
    server.always(says("a|b|c|d|e", { itlMs: 1 }));
    for (let i = 0; i < 5; i += 1) {
      for await (const _event of engine.answer(question, contextOf())) break;
    }
    expect(engine.available()).toBe(true);
  });

  it("closes when the canary finds the server well, and says each once", async () => {
    const { engine, lines } = engineOf(30);
    server.always(fails(500));
    for (let i = 0; i < 3; i += 1) await ask(engine, question);
    expect(engine.available()).toBe(false);
    const failing = server.chats.length;
    while (server.chats.length < failing + 2) await wait(5);
    expect(engine.available()).toBe(false);
    expect(server.chats.at(-1)?.body).toMatchObject({ max_completion_tokens: 1 });
    expect(server.chats.at(-1)?.body).not.toHaveProperty("stream");
    server.always((reply, request) => {
      if (request.body?.["stream"] === true) return says("Hi")(reply, request);
      reply.head(200, { "content-type": "application/json" });
      reply.raw('{"choices":[{"message":{"content":"Yes"}}]}');
      reply.end();
    });
    while (!engine.available()) await wait(5);
    expect((await ask(engine, question)).text).toBe("Hi");
    expect(lines.map(({ msg }) => msg)).toEqual(["engine breaker opened", "engine breaker closed"]);
  });

  it("closes although the machine's clock was set back meanwhile", async () => {
    const { engine } = engineOf(30);
    server.always(fails(500));
    for (let i = 0; i < 3; i += 1) await ask(engine, question);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    server.always((reply) => {
      reply.head(200, { "content-type": "application/json" });
      reply.raw('{"choices":[{"message":{"content":"Yes"}}]}');
      reply.end();
    });
    const untilMs = performance.now() + 2000;
    while (!engine.available() && performance.now() < untilMs) await wait(5);
    expect(engine.available()).toBe(true);
  });

  it("is opened by no more than one of many failures at a time, and closing the engine ends its canary", async () => {
    const { engine, lines } = engineOf(20);
    server.always(fails(500));
    await Promise.all(Array.from({ length: 8 }, () => ask(engine, question)));
    expect(engine.available()).toBe(false);
    await engine.close();
    await wait(60);
    const before = server.requests.length;
    await wait(60);
    expect(server.requests.length).toBe(before);
    expect(lines).toHaveLength(1);
  });

  it("does not take a page for a canary's answer", async () => {
    const { engine } = engineOf(20);
    server.always(fails(500));
    for (let i = 0; i < 3; i += 1) await ask(engine, question);
    server.always((reply) => {
      reply.head(200, { "content-type": "text/html" });
      reply.raw("<html>maintenance</html>");
      reply.end();
    });
    const before = server.chats.length;
    while (server.chats.length < before + 2) await wait(5);
    expect(engine.available()).toBe(false);
  });
});
