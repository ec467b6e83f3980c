import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLocalEngine } from "../../../orchestrator/engines/local-engine.ts";
import type { EngineEvent } from "../../../orchestrator/turn/ports.ts";
import {
  type Behaviour,
  delta,
  fails,
  hangs,
  type OpenaiServer,
  role,
  says,
  startOpenaiServer,
} from "../../standins/openai-server.ts";
import { configOf, contextOf, question } from "./engine-fixture.ts";

const LIMIT_MS = 50;

let server: OpenaiServer;
let slowToList: OpenaiServer;

beforeAll(async () => {
  server = await startOpenaiServer();
  slowToList = await startOpenaiServer({ onModels: hangs });
  const engine = createLocalEngine({ config: configOf(server.url), secretKey: undefined });
  await drainAll(engine.answer(question, contextOf()));
  await engine.close();
});
afterAll(() => Promise.all([server.close(), slowToList.close()]));

const headOnly: Behaviour = (reply) => reply.head();
const stalls: Behaviour = (reply) => {
  reply.head();
  for (const event of [role, delta({ content: "The" })]) reply.event(event);
};

/** Aborts when `isDue` says so, and measures until the server has seen it. */
async function abortDuring(stage: {
  readonly behaviour: Behaviour;
  readonly isDue: (events: readonly EngineEvent[]) => boolean;
  readonly on?: OpenaiServer;
}): Promise<{
  readonly thrown: unknown;
  readonly ms: number;
  readonly serverMs: number;
  readonly events: number;
}> {
  const on = stage.on ?? server;
  const kind = on === slowToList ? "auto" : "openai";
  const engine = createLocalEngine({
    config: configOf(on.url, { firstTokenMs: 5000, gapMs: 5000, totalMs: 9000, kind }),
    secretKey: undefined,
  });
  on.always(stage.behaviour);
  const controller = new AbortController();
  const seenBefore = on.requests.length;
  const events: EngineEvent[] = [];
  let abortedMs = 0;
  const abort = (): void => {
    abortedMs = performance.now();
    controller.abort("barge-in");
  };
  const asking = (async () => {
    for await (const event of engine.answer(question, contextOf(controller.signal))) {
      events.push(event);
      if (stage.isDue(events)) setImmediate(abort);
    }
  })();
  const thrown = asking.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (stage.isDue([])) {
    while (on.requests.length === seenBefore) await wait(1);
    await wait(5);
    abort();
  }
  const error = await thrown;
  const ms = performance.now() - abortedMs;
  const closed = await on.requests.at(-1)?.ended;
  const serverMs = performance.now() - abortedMs;
  expect(closed, "the client closed the connection").toBe(true);
  expect(engine.available()).toBe(true);
  await engine.close();
  return { thrown: error, ms, serverMs, events: events.length };
}

// A machine busy with other tests may stall a process for longer than the limit.
describe("an abort reaches the server at once", { retry: 2 }, () => {
  it.each([
    [
      "while the models are asked for",
      {
        behaviour: hangs,
        isDue: (events: readonly EngineEvent[]) => events.length === 0,
        on: () => slowToList,
      },
    ],
    ["before the head", { behaviour: hangs, isDue: (events: readonly EngineEvent[]) => events.length === 0 }],
    [
      "between head and first token",
      { behaviour: headOnly, isDue: (events: readonly EngineEvent[]) => events.length === 0 },
    ],
    [
      "inside the body of an error",
      {
        behaviour: (reply: Parameters<Behaviour>[0]) => reply.head(500),
        isDue: (events: readonly EngineEvent[]) => events.length === 0,
      },
    ],
    ["between tokens", { behaviour: stalls, isDue: (events: readonly EngineEvent[]) => events.length === 1 }],
    [
      "in the flow of tokens",
      {
        behaviour: says("a|".repeat(500), { itlMs: 1 }),
        isDue: (events: readonly EngineEvent[]) => events.length === 20,
      },
    ],
  ])(
    "%s",
    async (
      _name,
      {
        on,
        ...stage
      }: {
        behaviour: Behaviour;
        isDue: (events: readonly EngineEvent[]) => boolean;
        on?: () => OpenaiServer;
      },
    ) => {
      const aborted = await abortDuring({ ...stage, ...(on === undefined ? {} : { on: on() }) });
      expect(aborted.thrown).toMatchObject({ name: "AbortError", message: "barge-in" });
      expect(aborted.ms).toBeLessThan(LIMIT_MS);
      expect(aborted.serverMs).toBeLessThan(LIMIT_MS);
      expect(aborted.events).toBeLessThan(30);
    },
  );

  it("ends the wait before a second request, which is then not sent", async () => {
    const engine = createLocalEngine({
      config: configOf(server.url, { firstTokenMs: 5000 }),
      secretKey: undefined,
    });
    server.always(fails(503, "busy", { "retry-after": "2" }));
    const before = server.chats.length;
    const controller = new AbortController();
    setTimeout(() => controller.abort("superseded"), 20);
    const startedMs = performance.now();
    await expect(drainAll(engine.answer(question, contextOf(controller.signal)))).rejects.toThrow(
      "superseded",
    );
    expect(performance.now() - startedMs).toBeLessThan(20 + LIMIT_MS);
    expect(server.chats.length - before).toBe(1);
    await engine.close();
  });

  it("sends nothing when it came first", async () => {
    const engine = createLocalEngine({ config: configOf(server.url), secretKey: undefined });
    const before = server.requests.length;
    const answer = engine.answer(question, contextOf(AbortSignal.abort("shutdown")));
    await expect(drainAll(answer)).rejects.toMatchObject({ name: "AbortError", message: "shutdown" });
    expect(server.requests.length).toBe(before);
    await engine.close();
  });

  it("passes an error on that was the reason", async () => {
    const engine = createLocalEngine({ config: configOf(server.url), secretKey: undefined });
    const reason = new RangeError("of my own");
    const answer = engine.answer(question, contextOf(AbortSignal.abort(reason)));
    await expect(drainAll(answer)).rejects.toBe(reason);
    await engine.close();
  });

  it("happens when the listener leaves the loop", async () => {
    const engine = createLocalEngine({ config: configOf(server.url), secretKey: undefined });
    server.always(stalls);
    for await (const event of engine.answer(question, contextOf())) {
      expect(event).toEqual({ type: "text-delta", text: "The" });
      break;
    }
    const startedMs = performance.now();
    expect(await server.chats.at(-1)?.ended).toBe(true);
    expect(performance.now() - startedMs).toBeLessThan(LIMIT_MS);
    await engine.close();
  });

  it("happens when the engine is closed", async () => {
    const engine = createLocalEngine({ config: configOf(server.url), secretKey: undefined });
    server.always(stalls);
    const answer = drainAll(engine.answer(question, contextOf()));
    const failure = answer.catch((error: unknown) => error);
    const before = server.chats.length;
    while (server.chats.length === before) await wait(1);
    await engine.close();
    expect(await failure).toMatchObject({ category: "connectivity", code: "closed" });
    expect(await server.chats.at(-1)?.ended).toBe(true);
  });
});

describe("after the last answer", () => {
  it("a closed engine holds nothing open", async () => {
    const before = resources();
    const own = await startOpenaiServer();
    const engine = createLocalEngine({
      config: configOf(own.url, { firstTokenMs: 60, gapMs: 40 }),
      secretKey: undefined,
    });
    for (const behaviour of [says("Hi"), hangs, stalls, headOnly, fails(500), fails(400)]) {
      own.always(behaviour);
      await drainAll(engine.answer(question, contextOf())).catch(() => {});
    }
    await Promise.all([engine.close(), own.close()]);
    const more = () => [...resources()].filter(([name, count]) => count > (before.get(name) ?? 0));
    await expect.poll(more, { interval: 5 }).toEqual([]);
  });
});

async function drainAll(events: AsyncIterable<EngineEvent>): Promise<void> {
  for await (const _event of events);
}

function resources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) {
    if (/Timeout|TCP/u.test(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
