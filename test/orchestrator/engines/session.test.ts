import { describe, expect, it } from "vitest";
import { cacheMiss, fails, says } from "../../standins/openai-server.ts";
import { ask, during, pictureOf, promptOf, question, serveEngines, shows } from "./engine-fixture.ts";

const { server, engineOf } = serveEngines();
const never = new AbortController().signal;
const HEADER = "x-session-id";

describe("a router before several vLLMs", () => {
  it("is told the conversation by a name that is the same for question, prefill and another process", async () => {
    const [, requests] = await during(server(), async () => {
      const engine = engineOf({ kind: "vllm" });
      await engine.prefill!(question, never);
      await ask(engine, question);
      await ask(engineOf({ kind: "vllm" }), question);
      await ask(engine, { ...question, conversationId: "call-2" });
    });
    const [prefill, first, elsewhere, other] = requests.map(({ headers }) => headers[HEADER]);
    expect(first).toMatch(/^[\w-]{22}$/);
    expect([prefill, elsewhere]).toEqual([first, first]);
    expect(other).toMatch(/^[\w-]{22}$/);
    expect(other).not.toBe(first);
  });

  it("is told neither the conversation's id nor its cache salt", async () => {
    const [, [request]] = await during(server(), () => ask(engineOf({ kind: "vllm" }), question));
    const told = String(request?.headers[HEADER]);
    expect(JSON.stringify(request?.headers)).not.toContain(question.conversationId);
    expect(String(request?.body?.["cache_salt"])).not.toContain(told);
  });

  it("may choose another vLLM when one has failed, and not when it only lost a picture", async () => {
    server().next(fails(500), says("Hi"));
    const [, [first, again]] = await during(server(), () => ask(engineOf({ kind: "vllm" }), question));
    expect(first?.headers).toHaveProperty(HEADER);
    expect(again?.headers).not.toHaveProperty(HEADER);

    const engine = engineOf({ kind: "vllm" });
    const prompt = promptOf([[shows(pictureOf("now"))]]);
    await ask(engine, prompt);
    server().next(cacheMiss, says("Hi"));
    const [, [miss, resent]] = await during(server(), () => ask(engine, prompt));
    expect(resent?.headers[HEADER]).toBe(miss?.headers[HEADER]);
    expect(JSON.stringify(resent?.body)).toContain("base64");
  });

  it("that is none learns nothing, whatever the environment says", async () => {
    process.env["OPENAI_CUSTOM_HEADERS"] = `${HEADER}: x`;
    try {
      const [, [request]] = await during(server(), () => ask(engineOf({ kind: "openai" }), question));
      expect(request?.headers).not.toHaveProperty(HEADER);
    } finally {
      delete process.env["OPENAI_CUSTOM_HEADERS"];
    }
  });
});
