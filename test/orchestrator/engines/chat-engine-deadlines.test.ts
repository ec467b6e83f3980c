import { describe, expect, it } from "vitest";
import { delta, finish, role, says } from "../../standins/openai-server.ts";
import { ask, during, question, serveEngines } from "./engine-fixture.ts";

const { server, engineOf } = serveEngines();

describe("deadlines", () => {
  const limits = { firstTokenMs: 80, gapMs: 60, totalMs: 9000 };

  it.each([
    ["a head is no token", [] as readonly object[]],
    ["a role is no token", [role]],
    [
      "an empty content is no token",
      [role, delta({ content: "" }), delta({ content: null }), { choices: [] }],
    ],
  ])("first token: %s", async (_name, data) => {
    server().always(async (reply) => {
      reply.head();
      while (!reply.gone.aborted) {
        for (const event of data) reply.event(event);
        await reply.wait(10);
      }
    });
    const [asked, [request]] = await during(server(), () =>
      ask(engineOf({ ...limits, firstTokenMs: 400 }), question),
    );
    expect(asked.error).toMatchObject({ category: "timeout", code: "ttft", retryable: true });
    expect(asked.ms).toBeGreaterThan(390);
    expect(await request?.ended).toBe(true);
  });

  it.each([
    ["comments are no progress", ": keep-alive\n\n"],
    ["half an event is no progress", "data: "],
    ["bytes of a line are no progress", "x"],
  ])("gap: %s", async (_name, bytes) => {
    server().next(async (reply) => {
      reply.head();
      reply.event(delta({ content: "The" }));
      reply.raw(": ");
      while (!reply.gone.aborted) {
        reply.raw(bytes);
        await reply.wait(10);
      }
    });
    const asked = await ask(engineOf({ ...limits, firstTokenMs: 2000 }), question);
    expect(asked.text).toBe("The");
    expect(asked.error).toMatchObject({ category: "timeout", code: "gap" });
  });

  it("gap: any data event is progress, with or without text", async () => {
    server().next(async (reply) => {
      reply.head();
      reply.event(delta({ content: "The" }));
      for (let i = 0; i < 12; i += 1) {
        await reply.wait(100);
        reply.event(delta({ content: "" }));
      }
      for (const event of [finish("stop"), "[DONE]"]) reply.event(event);
      reply.end();
    });
    const asked = await ask(engineOf({ firstTokenMs: 2000, gapMs: 1000, totalMs: 9000 }), question);
    expect(asked.finish?.reason).toBe("stop");
    expect(asked.ms).toBeGreaterThan(1100);
  });

  it("gap: the listener's own pause does not count", async () => {
    server().next(says("a|b|c"));
    const words: string[] = [];
    for await (const event of engineOf({ ...limits, firstTokenMs: 2000, totalMs: 9000 }).answer(question, {
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
    server().next(says("a|".repeat(2000), { itlMs: 5 }));
    const steady = { firstTokenMs: 5000, gapMs: 5000, totalMs: 120 };
    const [asked, [request]] = await during(server(), () => ask(engineOf(steady), question));
    expect(asked.error).toMatchObject({ category: "timeout", code: "total" });
    expect(await request?.ended).toBe(true);
  });

  it("the body of an error is waited for no longer than a token", async () => {
    server().next((reply) => {
      reply.head(500);
      reply.raw('{"error":');
    });
    expect((await ask(engineOf({ ...limits, firstTokenMs: 400 }), question)).error?.code).toBe("ttft");
  });
});
