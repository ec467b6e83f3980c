import { describe, expect, it } from "vitest";
import { delta, drained, events, fails, finish, hangs, role, says } from "../../standins/openai-server.ts";
import { ask, during, question, serveEngines } from "./engine-fixture.ts";

const { server, engineOf } = serveEngines();

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
    server().next(behaviour, says("On| your left."));
    const [asked, chats] = await during(server(), () => ask(engineOf(), question));
    expect(asked).toMatchObject({ text: "On your left.", error: undefined });
    expect(chats).toHaveLength(2);
    expect(chats[1]?.connection).not.toBe(chats[0]?.connection);
  });

  it("is the only one", async () => {
    server().next(fails(500), fails(503), says("never"));
    const [asked, chats] = await during(server(), () => ask(engineOf(), question));
    expect(asked.error?.code).toBe("http-503");
    expect(chats).toHaveLength(2);
  });

  it("is never sent once a token was handed out", async () => {
    server().next(events(role, delta({ content: "The" }), { error: { code: 500, message: "x" } }));
    const [asked, chats] = await during(server(), () => ask(engineOf(), question));
    expect(asked).toMatchObject({ text: "The", error: { code: "midstream-error" } });
    expect(chats).toHaveLength(1);
  });

  it("is not sent late", async () => {
    server().next(async (reply, request) => {
      await reply.wait(450);
      await fails(500)(reply, request);
    });
    const [asked, chats] = await during(server(), () => ask(engineOf({ firstTokenMs: 1000 }), question));
    expect(asked.error?.code).toBe("http-500");
    expect(chats).toHaveLength(1);
  });

  it("is sent when the server asked for it, if that is soon", async () => {
    server().next(fails(503, "busy", { "retry-after": "0.1" }), says("Hi"));
    const asked = await ask(engineOf(), question);
    expect(asked.text).toBe("Hi");
    expect(asked.ms).toBeGreaterThan(95);
    server().next(fails(503, "busy", { "retry-after": "30" }));
    const [late, chats] = await during(server(), () => ask(engineOf(), question));
    expect(late.error?.code).toBe("http-503");
    expect(late.ms).toBeLessThan(2000);
    expect(chats).toHaveLength(1);
  });

  it("stays inside the first-token deadline of the first", async () => {
    server().next(fails(500), hangs);
    const asked = await ask(engineOf({ firstTokenMs: 300 }), question);
    expect(asked.error?.code).toBe("ttft");
    expect(asked.ms).toBeLessThan(1500);
  });
});
