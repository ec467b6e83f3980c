import { describe, expect, it } from "vitest";
import type { Jpeg } from "../../../orchestrator/turn/turn.ts";
import { cacheMiss, events, fails, role, type SeenRequest } from "../../standins/openai-server.ts";
import { ask, during, pictureOf, promptOf, shows, text, serveEngines } from "./engine-fixture.ts";

const { server, engineOf } = serveEngines();

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
    const [, chats] = await during(server(), async () => {
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
    server().next(behaviour);
    const [asked, chats] = await during(server(), () => ask(engine, turn2));
    expect(asked).toMatchObject({ text: "Hi.", error: undefined });
    expect(chats.map(pictures)).toEqual([
      ["id", "bytes"],
      ["bytes", "bytes"],
    ]);
    const [, [third]] = await during(server(), () => ask(engine, turn2));
    expect(third && pictures(third)).toEqual(["id", "id"]);
  });

  it("go as bytes for good to a server that does not know ids", async () => {
    const engine = engineOf({ kind: "vllm" });
    await ask(engine, turn1);
    server().next(fails(422, "image_url: none is not an allowed value"));
    expect((await ask(engine, turn2)).error).toBeUndefined();
    const [, [third]] = await during(server(), () => ask(engine, turn2));
    expect(third && pictures(third)).toEqual(["bytes", "bytes"]);
  });

  it("that went as bytes are not sent again after a 400", async () => {
    server().next(fails(400));
    const [asked, chats] = await during(server(), () => ask(engineOf({ kind: "vllm" }), turn1));
    expect(asked.error?.code).toBe("http-400");
    expect(chats).toHaveLength(1);
  });

  it("have neither id nor salt anywhere else", async () => {
    const engine = engineOf({ kind: "openai" });
    const [, chats] = await during(server(), async () => {
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
