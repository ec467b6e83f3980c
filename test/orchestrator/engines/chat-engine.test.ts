import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { EngineConfig } from "../../../orchestrator/config.ts";
import type { Jpeg } from "../../../orchestrator/turn/turn.ts";
import {
  cacheMiss,
  delta,
  drained,
  events,
  fails,
  finish,
  hangs,
  type OpenaiServer,
  role,
  says,
  type SeenRequest,
  startOpenaiServer,
} from "../../standins/openai-server.ts";
import { streamFaults } from "../../standins/stream-faults.ts";
import {
  ask,
  configOf,
  KEY,
  localEngine,
  pictureOf,
  promptOf,
  QUESTION,
  question,
  shows,
  text,
} from "./engine-fixture.ts";

let server: OpenaiServer;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startOpenaiServer();
});
afterEach(async () => {
  server.always(says("Hi|."));
  await Promise.all(closing.splice(0).map((close) => close()));
});
afterAll(() => server.close());

function engineOf(config: Partial<EngineConfig> = {}): ReturnType<typeof localEngine> {
  const engine = localEngine(server.url, config);
  closing.push(() => engine.close());
  return engine;
}

/** Requests of one test. */
async function during<T>(run: () => Promise<T>): Promise<readonly [T, readonly SeenRequest[]]> {
  const before = server.chats.length;
  const result = await run();
  return [result, server.chats.slice(before)];
}

describe("an answer", () => {
  it("streams, finishes once, and carries the usage", async () => {
    server.next(says("The door| is| on your left."));
    const asked = await ask(engineOf(), question);
    expect(asked.text).toBe("The door is on your left.");
    expect(asked.events.filter(({ type }) => type === "finish")).toEqual([
      { type: "finish", reason: "stop", usage: { promptTokens: 40, cachedTokens: 32, completionTokens: 3 } },
    ]);
  });

  it("is asked for with our own headers and nothing from the environment", async () => {
    process.env["OPENAI_ORG_ID"] = "org-x";
    process.env["OPENAI_CUSTOM_HEADERS"] = "x-vllm-priority: -5";
    try {
      const [, [request]] = await during(() => ask(engineOf({ apiKey: KEY }), question));
      expect(Object.keys(request?.headers ?? {}).sort()).toEqual(
        "accept accept-encoding accept-language authorization connection content-length content-type host sec-fetch-mode user-agent".split(
          " ",
        ),
      );
      expect(request?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, "user-agent": "sightline" });
    } finally {
      delete process.env["OPENAI_ORG_ID"];
      delete process.env["OPENAI_CUSTOM_HEADERS"];
    }
  });

  it("leaves its connection for the next one", async () => {
    const engine = engineOf();
    const [, chats] = await during(async () => {
      for (let i = 0; i < 3; i += 1) {
        await ask(engine, question);
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    });
    expect(new Set(chats.map(({ connection }) => connection)).size).toBe(1);
  });

  it("is not held up by a server that keeps the connection open after it", async () => {
    server.next(async (reply) => {
      reply.head();
      for (const event of [role, finish("stop", { content: "Hi" }), "[DONE]"]) reply.event(event);
      await reply.wait(5000);
    });
    const [asked, [request]] = await during(() => ask(engineOf(), question));
    expect(asked.finish?.reason).toBe("stop");
    expect(asked.ms).toBeLessThan(200);
    expect(await request?.ended).toBe(true);
  });
});

describe("every stream fault", () => {
  it.each(streamFaults)("$row: $upstream", async ({ behaviour, detected }) => {
    server.always(behaviour);
    const [asked] = await during(() => ask(engineOf(), question));
    if ("error" in detected) expect(asked.error?.code).toBe(detected.error);
    else expect(asked.finish?.reason).toBe(detected.finish);
    expect(asked.finish === undefined).toBe("error" in detected);
  });

  it("reaches nobody else: no key, no question, no upstream text in any message", async () => {
    for (const { behaviour } of streamFaults) {
      server.always(behaviour);
      const { error } = await ask(engineOf({ apiKey: KEY, firstTokenMs: 60, gapMs: 40 }), question);
      const all = `${error?.message} ${error?.stack} ${String(error?.cause)}`;
      for (const secret of [KEY, QUESTION, "upstream text", "Sign in"]) expect(all).not.toContain(secret);
    }
  });
});

describe("deadlines", () => {
  const limits = { firstTokenMs: 80, gapMs: 60, totalMs: 220 };

  it.each([
    ["a head is no token", [] as readonly object[]],
    ["a role is no token", [role]],
    [
      "an empty content is no token",
      [role, delta({ content: "" }), delta({ content: null }), { choices: [] }],
    ],
  ])("first token: %s", async (_name, data) => {
    server.next(async (reply) => {
      reply.head();
      for (let i = 0; i < 40; i += 1) {
        for (const event of data) reply.event(event);
        await reply.wait(10);
      }
    });
    const [asked, [request]] = await during(() => ask(engineOf(limits), question));
    expect(asked.error).toMatchObject({ category: "timeout", code: "ttft", retryable: true });
    expect(asked.ms).toBeGreaterThan(70);
    expect(asked.ms).toBeLessThan(180);
    expect(await request?.ended).toBe(true);
  });

  it.each([
    ["comments are no progress", ": keep-alive\n\n"],
    ["half an event is no progress", "data: "],
    ["bytes of a line are no progress", "x"],
  ])("gap: %s", async (_name, bytes) => {
    server.next(async (reply) => {
      reply.head();
      reply.event(delta({ content: "The" }));
      reply.raw(": ");
      for (let i = 0; i < 40; i += 1) {
        reply.raw(bytes);
        await reply.wait(10);
      }
    });
    const asked = await ask(engineOf(limits), question);
    expect(asked.text).toBe("The");
    expect(asked.error).toMatchObject({ category: "timeout", code: "gap" });
    expect(asked.ms).toBeLessThan(180);
  });

  it("gap: any data event is progress, with or without text", async () => {
    server.next(async (reply) => {
      reply.head();
      reply.event(delta({ content: "The" }));
      for (let i = 0; i < 5; i += 1) {
        await reply.wait(20);
        reply.event(delta({ content: "" }));
      }
      for (const event of [finish("stop"), "[DONE]"]) reply.event(event);
      reply.end();
    });
    expect((await ask(engineOf(limits), question)).finish?.reason).toBe("stop");
  });

  it("gap: the listener's own pause does not count", async () => {
    server.next(says("a|b|c"));
    const words: string[] = [];
    for await (const event of engineOf({ ...limits, totalMs: 2000 }).answer(question, {
      turnId: "t",
      signal: new AbortController().signal,
      now: () => 0,
      mark: () => {},
      report: () => {},
    })) {
      if (event.type === "text-delta") words.push(event.text);
      await new Promise((resolve) => setTimeout(resolve, 70));
    }
    expect(words).toEqual(["a", "b", "c"]);
  });

  it("total: an answer that drips without end", async () => {
    server.next(says("a|".repeat(200), { itlMs: 10 }));
    const [asked, [request]] = await during(() => ask(engineOf(limits), question));
    expect(asked.error).toMatchObject({ category: "timeout", code: "total" });
    expect(asked.ms).toBeLessThan(350);
    expect(await request?.ended).toBe(true);
  });

  it("the body of an error is waited for no longer than a token", async () => {
    server.next((reply) => {
      reply.head(500);
      reply.raw('{"error":');
    });
    expect((await ask(engineOf(limits), question)).error?.code).toBe("ttft");
  });
});

describe("one more request", () => {
  it.each([
    ["a 500", fails(500)],
    ["a 503", fails(503)],
    ["a 429", fails(429)],
    ["a stream that is drained", drained],
    ["an abort before any token", events(role, finish("abort"))],
    ["an error event before any token", events(role, { error: { code: 500, message: "x" } })],
    ["a reset", (reply: { reset(): void }) => reply.reset()],
  ])("answers after %s", async (_name, behaviour) => {
    server.next(behaviour, says("On| your left."));
    const [asked, chats] = await during(() => ask(engineOf(), question));
    expect(asked).toMatchObject({ text: "On your left.", error: undefined });
    expect(chats).toHaveLength(2);
    expect(chats[1]?.connection).not.toBe(chats[0]?.connection);
  });

  it("is the only one", async () => {
    server.next(fails(500), fails(503), says("never"));
    const [asked, chats] = await during(() => ask(engineOf(), question));
    expect(asked.error?.code).toBe("http-503");
    expect(chats).toHaveLength(2);
    server.always(says("Hi"));
    await ask(engineOf(), question);
  });

  it("is never sent once a token was handed out", async () => {
    server.next(events(role, delta({ content: "The" }), { error: { code: 500, message: "x" } }));
    const [asked, chats] = await during(() => ask(engineOf(), question));
    expect(asked).toMatchObject({ text: "The", error: { code: "midstream-error" } });
    expect(chats).toHaveLength(1);
  });

  it("is not sent late", async () => {
    server.next(async (reply, request) => {
      await reply.wait(190);
      await fails(500)(reply, request);
    });
    const [asked, chats] = await during(() => ask(engineOf(), question));
    expect(asked.error?.code).toBe("http-500");
    expect(chats).toHaveLength(1);
  });

  it("is sent when the server asked for it, if that is soon", async () => {
    server.next(fails(503, "busy", { "retry-after": "0.1" }), says("Hi"));
    const asked = await ask(engineOf(), question);
    expect(asked.text).toBe("Hi");
    expect(asked.ms).toBeGreaterThan(95);
    server.next(fails(503, "busy", { "retry-after": "30" }));
    const [late, chats] = await during(() => ask(engineOf(), question));
    expect(late.error?.code).toBe("http-503");
    expect(late.ms).toBeLessThan(100);
    expect(chats).toHaveLength(1);
  });

  it("stays inside the first-token deadline of the first", async () => {
    server.next(fails(500), hangs);
    const asked = await ask(engineOf(), question);
    expect(asked.error?.code).toBe("ttft");
    expect(asked.ms).toBeLessThan(550);
  });
});

describe("pictures of a vLLM", () => {
  const first = pictureOf("first");
  const second = pictureOf("second");
  const turn1 = promptOf<Jpeg>([[shows(first), text("What is it?")]]);
  const turn2 = promptOf<Jpeg>([
    [shows(first), text("What is it?")],
    [shows(second), text("And now?")],
  ]);

  it("go once, and by their id afterwards", async () => {
    const engine = engineOf({ kind: "vllm" });
    const [, chats] = await during(async () => {
      await ask(engine, turn1);
      await ask(engine, turn2);
      await ask(engine, { ...turn2, conversationId: "call-2" });
    });
    expect(chats.map(pictures)).toEqual([["bytes"], ["id", "bytes"], ["bytes", "bytes"]]);
    expect(ids(chats[1])[0]).toBe(ids(chats[0])[0]);
    expect(new Set(chats.flatMap(ids)).size).toBe(4);
    const salts = chats.map(({ body }) => body?.["cache_salt"]);
    expect(salts[0]).toMatch(/^[\w-]{43}$/u);
    expect(salts[1]).toBe(salts[0]);
    expect(salts[2]).not.toBe(salts[0]);
  });

  it.each([
    ["does not hold them any more", cacheMiss],
    [
      "finds its caches in disagreement",
      events(role, { error: { message: "Internal server error", code: 500 } }, "[DONE]"),
    ],
    ["fails over them", fails(500)],
  ])("go again as bytes to a server that %s", async (_name, behaviour) => {
    const engine = engineOf({ kind: "vllm" });
    await ask(engine, turn1);
    server.next(behaviour);
    const [asked, chats] = await during(() => ask(engine, turn2));
    expect(asked).toMatchObject({ text: "Hi.", error: undefined });
    expect(chats.map(pictures)).toEqual([
      ["id", "bytes"],
      ["bytes", "bytes"],
    ]);
    const [, [third]] = await during(() => ask(engine, turn2));
    expect(third && pictures(third)).toEqual(["id", "id"]);
  });

  it("go as bytes for good to a server that does not know ids", async () => {
    const engine = engineOf({ kind: "vllm" });
    await ask(engine, turn1);
    server.next(fails(422, "image_url: none is not an allowed value"));
    expect((await ask(engine, turn2)).error).toBeUndefined();
    const [, [third]] = await during(() => ask(engine, turn2));
    expect(third && pictures(third)).toEqual(["bytes", "bytes"]);
  });

  it("that went as bytes are not sent again after a 400", async () => {
    server.next(fails(400));
    const [asked, chats] = await during(() => ask(engineOf({ kind: "vllm" }), turn1));
    expect(asked.error?.code).toBe("http-400");
    expect(chats).toHaveLength(1);
  });

  it("have neither id nor salt anywhere else", async () => {
    const engine = engineOf({ kind: "openai" });
    const [, chats] = await during(async () => {
      await ask(engine, turn1);
      await ask(engine, turn2);
    });
    expect(chats.map(pictures)).toEqual([["bytes"], ["bytes", "bytes"]]);
    expect(chats.flatMap(ids)).toEqual([undefined, undefined, undefined]);
    for (const { body } of chats) {
      expect(body).not.toHaveProperty("cache_salt");
      expect(body).not.toHaveProperty("priority");
    }
  });
});

describe("what the operator reads", () => {
  it("of a closed port", async () => {
    const gone = await startOpenaiServer();
    await gone.close();
    const engine = localEngine(gone.url);
    const { error, ms } = await ask(engine, question);
    await engine.close();
    expect(error).toMatchObject({ category: "connectivity", code: "connect" });
    expect(error?.message).toContain(
      `nothing listens at ${gone.url}; start the server, or check LOCAL_ENGINE_URL`,
    );
    expect(ms).toBeLessThan(300);
  });

  it("of a key that is no header", async () => {
    const [{ error }, chats] = await during(() => ask(engineOf({ apiKey: `${KEY}\nx` }), question));
    expect(error).toMatchObject({ category: "unauthorized", code: "malformed-key" });
    expect(`${error?.message}${error?.stack}`).not.toContain(KEY);
    expect(chats).toHaveLength(0);
  });

  it("of a wrong key, whose error is a string", async () => {
    const guarded = await startOpenaiServer({ apiKey: "right" });
    const engine = localEngine(guarded.url, { apiKey: KEY });
    const { error } = await ask(engine, question);
    await Promise.all([engine.close(), guarded.close()]);
    expect(error).toMatchObject({ category: "unauthorized", code: "http-401", retryable: false });
    expect(error?.message).toContain("LOCAL_ENGINE_API_KEY");
  });

  it("of a redirect, which is not followed", async () => {
    const other = await startOpenaiServer();
    server.next((reply) => {
      reply.head(307, { location: `${other.url}/chat/completions` });
      reply.end();
    });
    const { error } = await ask(engineOf(), question);
    expect(error?.code).toBe("http-307");
    expect(other.requests).toHaveLength(0);
    await other.close();
  });

  it("of a URL that holds a password", async () => {
    const engine = localEngine(server.url.replace("http://", "http://me:pass@"));
    const { error } = await ask(engine, question);
    await engine.close();
    expect(error?.message).not.toContain("pass@");
    expect(configOf(server.url).url).toBe(server.url);
  });
});

function pictures({ body }: SeenRequest): readonly string[] {
  return parts(body).map(({ image_url }) => {
    if (image_url === null) return "id";
    return image_url?.url.startsWith("data:image/jpeg;base64,") ? "bytes" : "other";
  });
}

function ids(request: SeenRequest | undefined): readonly (string | undefined)[] {
  return parts(request?.body).map(({ uuid }) => uuid);
}

function parts(body: SeenRequest["body"]) {
  return (body?.messages ?? [])
    .flatMap(({ content }) => (typeof content === "string" ? [] : content))
    .filter(({ type }) => type === "image_url");
}
