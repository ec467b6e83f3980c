import { afterEach, describe, expect, it } from "vitest";
import type { EngineConfig } from "../../../orchestrator/config.ts";
import {
  type Behaviour,
  fails,
  hangs,
  json,
  type OpenaiServer,
  type OpenaiServerOptions,
  startOpenaiServer,
} from "../../standins/openai-server.ts";
import { type Asked, ask, localEngine, question } from "./engine-fixture.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** Asks a server twice with the given configuration. */
async function askTwice(
  config: Partial<EngineConfig>,
  options: OpenaiServerOptions = {},
): Promise<{
  readonly server: OpenaiServer;
  readonly first: Asked;
  readonly second: Asked;
  readonly listed: number;
}> {
  const server = await startOpenaiServer(options);
  const engine = localEngine(server.url, config);
  closing.push(
    () => engine.close(),
    () => server.close(),
  );
  const first = await ask(engine, question);
  const second = await ask(engine, question);
  return {
    server,
    first,
    second,
    listed: server.requests.filter(({ path }) => path === "/v1/models").length,
  };
}

describe("asking the server what it is", () => {
  it.each([
    ["vllm", 1],
    ["organization-owner", 0],
  ])("happens once; owned by %s", async (owned_by, salted) => {
    const { server, listed, second } = await askTwice(
      { kind: "auto", model: undefined },
      { models: [{ id: "qwen", owned_by }] },
    );
    expect(listed).toBe(1);
    expect(second.text).toBe("Hi.");
    for (const { body } of server.chats) {
      expect(body?.["model"]).toBe("qwen");
      expect(Object.keys(body ?? {}).filter((key) => key === "cache_salt")).toHaveLength(salted);
    }
  });

  it("does not happen when all is configured", async () => {
    for (const kind of ["vllm", "openai"] as const) {
      const { server, listed } = await askTwice({ kind, model: "vision" });
      expect(listed).toBe(0);
      expect("cache_salt" in (server.chats[0]?.body ?? {})).toBe(kind === "vllm");
    }
  });

  it("gives the name alone when the kind is configured", async () => {
    const { server } = await askTwice({ kind: "openai", model: undefined });
    expect(server.chats[0]?.body).toMatchObject({ model: "vision" });
    expect(server.chats[0]?.body).not.toHaveProperty("cache_salt");
  });

  it.each<[string, Behaviour]>([
    ["has none", json(404, { detail: "Not Found" })],
    ["gives something else", json(200, { object: "list" })],
    [
      "gives a page",
      (reply) => {
        reply.head(200, { "content-type": "text/html" });
        reply.raw("<html></html>");
        reply.end();
      },
    ],
  ])("is not needed of a server that %s, when a model is named", async (_name, onModels) => {
    const { server, first } = await askTwice({ kind: "auto" }, { onModels });
    expect(first.text).toBe("Hi.");
    expect(server.chats[0]?.body).not.toHaveProperty("cache_salt");
  });

  it.each<[string, Behaviour, string, string]>([
    ["hangs", hangs, "timeout", "ttft"],
    [
      "hangs after the head",
      (reply) => reply.head(200, { "content-type": "application/json" }),
      "timeout",
      "ttft",
    ],
    ["fails", fails(500), "server", "http-500"],
    ["breaks the connection", (reply) => reply.reset(), "connectivity", "reset"],
    ["refuses the key", json(401, { error: "Unauthorized" }), "unauthorized", "http-401"],
    ["lists none", json(200, { data: [] }), "invalid-request", "no-model"],
    ["gives no list", json(200, [1, 2]), "server", "models-list"],
    [
      "gives broken JSON",
      (reply) => {
        reply.head(200, { "content-type": "application/json" });
        reply.raw('{"data":');
        reply.end();
      },
      "server",
      "models-list",
    ],
  ])(
    "ends in an error, and within the first-token limit, when it %s",
    async (_name, onModels, category, code) => {
      const { first, second } = await askTwice(
        { kind: "auto", model: undefined, firstTokenMs: code === "ttft" ? 150 : 1400 },
        { onModels },
      );
      for (const { error, ms } of [first, second]) {
        expect(error).toMatchObject({ category, code });
        expect(ms).toBeLessThan(1500);
      }
    },
  );

  it("happens again when the server has another model", async () => {
    let listed = "old";
    const server = await startOpenaiServer({
      onModels: (reply, request) => json(200, { data: [{ id: listed, owned_by: "vllm" }] })(reply, request),
    });
    const engine = localEngine(server.url, { kind: "auto", model: undefined });
    closing.push(
      () => engine.close(),
      () => server.close(),
    );
    await ask(engine, question);
    listed = "new";
    server.next(
      json(404, { error: { message: "The model `old` does not exist.", param: "model", code: 404 } }),
    );
    expect((await ask(engine, question)).error?.code).toBe("unknown-model");
    expect((await ask(engine, question)).text).toBe("Hi.");
    expect(server.chats.map(({ body }) => body?.["model"])).toEqual(["old", "old", "new"]);
  });
});
