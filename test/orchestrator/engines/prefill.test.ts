import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import sharp from "sharp";
import { afterEach, describe, expect, it } from "vitest";
import { startSimulator } from "../../../inference/simulator/start.ts";
import { createConversation } from "../../../orchestrator/turn/conversation.ts";
import { prefillPrompt } from "../../../orchestrator/turn/prefill.ts";
import { localPrompt } from "../../../orchestrator/turn/prompt.ts";
import type { Jpeg, PastTurn } from "../../../orchestrator/turn/turn.ts";
import { cacheMiss, fails, hangs } from "../../standins/openai-server.ts";
import { pastOf, settingsOf, turnOf } from "../../standins/turn.ts";
import { ask, during, localEngine, pictureOf, serveEngines } from "./engine-fixture.ts";

const { server, engineOf } = serveEngines();
const never = new AbortController().signal;
const settings = settingsOf();
const ahead = (picture?: Jpeg, history: readonly PastTurn[] = []) =>
  prefillPrompt({ conversationId: "call", history, settings }, picture && { picture, facts: "" });

/** A question costs its own tokens and those of the block that it breaks. */
const QUESTION_TOKENS = 32;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

describe("a prefix that is computed ahead", () => {
  it("is asked for with one token, behind all questions, in the conversation's own cache", async () => {
    const engine = engineOf({ kind: "vllm" });
    const picture = pictureOf("now");
    const [warm, [request]] = await during(server(), () => engine.prefill!(ahead(picture), never));
    expect(warm).toBe(true);
    expect(request?.body).toMatchObject({ max_completion_tokens: 1, priority: 10, temperature: 0 });
    expect(request?.body).not.toHaveProperty("stream");
    const [, [question]] = await during(server(), () =>
      ask(engine, localPrompt(turnOf("What is it?", { conversationId: "call" }), { picture, facts: "" })),
    );
    expect(question?.body?.["cache_salt"]).toBe(request?.body?.["cache_salt"]);
    expect(JSON.stringify(question?.body?.messages)).not.toContain("base64");
  });

  it("leaves a server that is no vLLM alone", async () => {
    const engine = engineOf({ kind: "openai" });
    const [warm, requests] = await during(server(), () => engine.prefill!(ahead(), never));
    expect([warm, requests.length]).toEqual([false, 0]);
  });

  it("whose picture the server has lost brings the bytes again with the question", async () => {
    const engine = engineOf({ kind: "vllm" });
    const picture = pictureOf("now");
    await engine.prefill!(ahead(picture), never);
    server().next(cacheMiss);
    await expect(engine.prefill!(ahead(picture), never)).rejects.toMatchObject({ name: "EngineError" });
    const [, [question]] = await during(server(), () =>
      ask(engine, localPrompt(turnOf("What is it?", { conversationId: "call" }), { picture, facts: "" })),
    );
    expect(JSON.stringify(question?.body?.messages)).toContain("base64");
  });

  it("is refused by a busy server, which still holds the pictures", async () => {
    const engine = engineOf({ kind: "vllm" });
    const picture = pictureOf("now");
    await engine.prefill!(ahead(picture), never);
    for (const status of [503, 429]) {
      server().next(fails(status));
      await expect(engine.prefill!(ahead(picture), never)).rejects.toMatchObject({ category: "at-capacity" });
    }
    const [, [question]] = await during(server(), () =>
      ask(engine, localPrompt(turnOf("What is it?", { conversationId: "call" }), { picture, facts: "" })),
    );
    expect(JSON.stringify(question?.body?.messages)).not.toContain("base64");
  });

  it("is forgotten with its conversation", async () => {
    const engine = engineOf({ kind: "vllm" });
    const picture = pictureOf("now");
    await engine.prefill!(ahead(picture), never);
    engine.forget?.("call");
    const [, [again]] = await during(server(), () => engine.prefill!(ahead(picture), never));
    expect(JSON.stringify(again?.body?.messages)).toContain("base64");
  });

  it("fails without a word about the engine: questions go on", async () => {
    const engine = engineOf({ kind: "vllm" });
    for (let attempt = 0; attempt < 5; attempt++) {
      server().next(fails(500));
      await expect(engine.prefill!(ahead(), never)).rejects.toMatchObject({ category: "server" });
    }
    expect(engine.available()).toBe(true);
    expect((await ask(engine, localPrompt(turnOf("Hello?"), undefined))).text).toBe("Hi.");
  });

  it("ends upstream when it is aborted", async () => {
    const engine = engineOf({ kind: "vllm" });
    server().next(hangs);
    const stop = new AbortController();
    const before = server().chats.length;
    const running = engine.prefill!(ahead(), stop.signal);
    while (server().chats.length === before) await delay(5);
    stop.abort(new Error("stop"));
    await expect(running).rejects.toThrow("stop");
    expect(await server().chats.at(-1)?.ended).toBe(true);
  });
});

it("a server that takes few pictures says so once, and the question is not asked again", async () => {
  const simulator = await startSimulator({ maxImages: 2 });
  const engine = localEngine(`${simulator.url}/v1`, { kind: "auto", model: undefined });
  closing.push(
    () => engine.close(),
    () => simulator.close(),
  );
  const history = await Promise.all([0, 1].map(async (nth) => pastOf({ jpeg: await jpegOf(nth) })));
  const turn = turnOf("And now?", { conversationId: "call", history, settings });
  await engine.prefill!(ahead(undefined, history), never);
  const { error } = await ask(engine, localPrompt(turn, { picture: await jpegOf(2), facts: "" }));
  expect(error).toMatchObject({ code: "too-many-pictures" });
  expect(engine.state?.().mostPictures).toBe(2);
  expect(engine.available()).toBe(true);
});

it("on a simulated vLLM a question over eight pictures costs its own tokens, and little more", async () => {
  const simulator = await startSimulator();
  const engine = localEngine(`${simulator.url}/v1`, { kind: "auto", model: undefined });
  closing.push(
    () => engine.close(),
    () => simulator.close(),
  );
  const conversation = createConversation("call");
  const uncached: number[] = [];
  for (let turn = 0; turn < 8; turn++) {
    const picture = await jpegOf(turn);
    const history = conversation.snapshot();
    await engine.prefill!(ahead(picture, history), never);
    const question = `And what is it now, for the time number ${turn}?`;
    const prompt = localPrompt(turnOf(question, { conversationId: "call", history, settings }), {
      picture,
      facts: "",
    });
    const { finish, text } = await ask(engine, prompt);
    const { promptTokens, cachedTokens } = finish!.usage;
    uncached.push(promptTokens! - cachedTokens!);
    conversation.commit(pastOf({ question, answer: text, jpeg: picture }));
  }
  // Some fifteen tokens of question, and the template's five behind it.
  expect(Math.max(...uncached)).toBeLessThanOrEqual(20 + QUESTION_TOKENS);
});

async function jpegOf(seed: number): Promise<Jpeg> {
  const background = `rgb(${20 * seed}, 90, 120)`;
  const bytes = await sharp({ create: { width: 640, height: 480, channels: 3, background } })
    .jpeg()
    .toBuffer();
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex"), width: 640, height: 480 };
}
