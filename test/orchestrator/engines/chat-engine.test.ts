import { describe, expect, it } from "vitest";
import { events, finish, json, role, says, startOpenaiServer } from "../../standins/openai-server.ts";
import { streamFaults } from "../../standins/stream-faults.ts";
import { turns } from "../../standins/turns.ts";
import {
  ask,
  configOf,
  during,
  KEY,
  localEngine,
  QUESTION,
  question,
  serveEngines,
} from "./engine-fixture.ts";

const { server, engineOf } = serveEngines();

describe("an answer", () => {
  it("streams, finishes once, and carries the usage", async () => {
    server().next(says("The door| is| on your left."));
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
      const [, [request]] = await during(server(), () => ask(engineOf({ apiKey: KEY }), question));
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
    const [, chats] = await during(server(), async () => {
      for (let i = 0; i < 3; i += 1) {
        await ask(engine, question);
        await turns(15);
      }
    });
    expect(new Set(chats.map(({ connection }) => connection)).size).toBe(1);
  });

  it("is not held up by a server that keeps the connection open after it", async () => {
    server().next(async (reply) => {
      reply.head();
      for (const event of [role, finish("stop", { content: "Hi" }), "[DONE]"]) reply.event(event);
      await reply.wait(5000);
    });
    const [asked, [request]] = await during(server(), () => ask(engineOf(), question));
    expect(asked.finish?.reason).toBe("stop");
    expect(asked.ms).toBeLessThan(1000);
    expect(await request?.ended).toBe(true);
  });
});

describe("a provider's content filter", () => {
  const filtered = {
    error: { message: "upstream text", type: null, param: "prompt", code: "content_filter" },
  };

  it.each([
    ["of the question", json(400, filtered)],
    ["of the question, inside the stream", events(role, filtered)],
    ["of the answer", events(role, finish("content_filter"), "[DONE]")],
  ])("%s is an outcome, not an error", async (_name, behaviour) => {
    server().next(behaviour);
    const [asked, chats] = await during(server(), () => ask(engineOf(), question));
    expect(asked.error).toBeUndefined();
    expect(asked.finish?.reason).toBe("content-filter");
    expect(chats).toHaveLength(1);
  });
});

describe("a stream that is given up", () => {
  it.each([
    ["after [DONE]", [role, "[DONE]"]],
    ["after an error", [{ error: { message: "x", code: 400 } }]],
    ["after bytes that are no event", ["{"]],
  ])("is closed %s, also when the server keeps it open", async (_name, data) => {
    server().always((reply) => {
      reply.head();
      for (const each of data) reply.event(each);
    });
    const [asked, chats] = await during(server(), () => ask(engineOf(), question));
    expect(asked.error).toBeDefined();
    for (const { ended } of chats) expect(await ended).toBe(true);
  });
});

describe("every stream fault", () => {
  it.each(streamFaults)("$row: $upstream", async ({ behaviour, detected }) => {
    server().always(behaviour);
    const awaited = "error" in detected ? detected.error : "";
    const limits = awaited === "ttft" ? { firstTokenMs: 100 } : awaited === "gap" ? { gapMs: 80 } : {};
    const asked = await ask(engineOf(limits), question);
    if ("error" in detected) expect(asked.error?.code).toBe(detected.error);
    else expect(asked.finish?.reason).toBe(detected.finish);
    expect(asked.finish === undefined).toBe("error" in detected);
  });

  it("reaches nobody else: no key, no question, no upstream text in any message", async () => {
    for (const { behaviour } of streamFaults) {
      server().always(behaviour);
      const { error } = await ask(engineOf({ apiKey: KEY, firstTokenMs: 60, gapMs: 40 }), question);
      const all = `${error?.message} ${error?.stack} ${String(error?.cause)}`;
      for (const secret of [KEY, QUESTION, "upstream text", "Sign in"]) expect(all).not.toContain(secret);
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
    expect(ms).toBeLessThan(1000);
  });

  it("of a key that is no header", async () => {
    const [{ error }, chats] = await during(server(), () => ask(engineOf({ apiKey: `${KEY}\nx` }), question));
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
    server().next((reply) => {
      reply.head(307, { location: `${other.url}/chat/completions` });
      reply.end();
    });
    const { error } = await ask(engineOf(), question);
    expect(error?.code).toBe("http-307");
    expect(other.requests).toHaveLength(0);
    await other.close();
  });

  it("of a URL that holds a password", async () => {
    const engine = localEngine(server().url.replace("http://", "http://me:pass@"));
    const { error } = await ask(engine, question);
    await engine.close();
    expect(error?.message).not.toContain("pass@");
    expect(configOf(server().url).url).toBe(server().url);
  });
});
