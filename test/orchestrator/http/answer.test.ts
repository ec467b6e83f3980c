import { pino } from "pino";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createAnswer } from "../../../orchestrator/http/answer.ts";
import type { AskEvent, AskedPicture } from "../../../orchestrator/http/ask.ts";
import { EngineError } from "../../../orchestrator/errors.ts";
import { createMetrics } from "../../../orchestrator/metrics/metrics.ts";
import type { LedgerEntry } from "../../../orchestrator/store/ledger.ts";
import type { ClearPicture } from "../../../orchestrator/turn/clear-picture.ts";
import type { Jpeg, Sighting } from "../../../orchestrator/turn/turn.ts";
import { connectGate, type GateConnection } from "../../../orchestrator/vision/gate-client.ts";
import { clearPicture, personPicture, startStubGate } from "../../standins/photo-files.ts";
import { engineOf, saying, settingsOf } from "../../standins/turn.ts";
import { memoryLedger } from "./gateway-fixture.ts";

const SEEING = "What is in front of me?";
const never = new AbortController().signal;

let service: Awaited<ReturnType<typeof startStubGate>>;
beforeAll(async () => {
  service = await startStubGate();
});
afterAll(() => service.close());

function setUp(
  gateUrl = service.url,
  local = engineOf<Jpeg>("Two |people."),
  cloud = engineOf<ClearPicture>("A |mug."),
) {
  const log = pino({ level: "silent" });
  const gate: GateConnection = connectGate(gateUrl, { log });
  onTestFinished(() => gate.close());
  const entries: LedgerEntry[] = [];
  const answer = createAnswer({
    ports: (camera) => ({
      camera,
      gate: gate.gate,
      local,
      cloud,
      describer: engineOf<Sighting>("Somebody."),
    }),
    settings: settingsOf({ verdictDeadlineMs: 4000 }),
    persona: { language: "en", verbosity: "normal" },
    contextTokens: 100_000,
    localPictures: 24,
    places: { cloud: { name: "cloud", model: "gpt-4o", host: "api.openai.com" } },
    ledger: memoryLedger(entries),
    metrics: createMetrics(),
    tracer: undefined,
    log,
  });
  async function ask(question: string, bytes?: Uint8Array, caller = "ada", signal = never) {
    const events: AskEvent[] = [];
    const picture: AskedPicture | undefined = bytes && { bytes, kind: "upload" };
    await answer({ caller, question, picture }, signal, (event) => events.push(event));
    return events;
  }
  return { ask, local, cloud, entries };
}
const textOf = (events: readonly AskEvent[]) =>
  events.map((event) => (event.type === "text" ? event.text : "")).join("");

describe("a typed question", () => {
  test("about a picture without a person goes to the cloud, and into the ledger", async () => {
    const { ask, local, cloud, entries } = setUp();
    const events = await ask(SEEING, await clearPicture());
    expect(textOf(events)).toBe("A mug.");
    expect(events.map(({ type }) => type)).toEqual(["need", "route", "text", "text", "end"]);
    expect(events[1]).toEqual({ type: "route", engine: "cloud", reason: "no-person" });
    expect(events.at(-1)).toMatchObject({ outcome: "answered", engine: "cloud" });
    expect([local.prompts.length, cloud.prompts.length]).toEqual([0, 1]);
    expect(entries).toMatchObject([
      {
        caller: "ada",
        frame: { source: "photo", verdict: "clear", persons: 0 },
        engine: { name: "cloud", model: "gpt-4o", host: "api.openai.com" },
        reason: "no-person",
        ear: null,
        voice: null,
      },
    ]);
    const parts = cloud.prompts[0]?.messages.flatMap((message) =>
      message.role === "user" ? message.parts : [],
    );
    const sent = parts?.find((part) => part.type === "picture");
    expect(entries[0]?.frame?.sha256).toBe(sent?.picture.jpeg.sha256);
  });

  test("about a picture with a person never leaves the box", async () => {
    const { ask, cloud, entries } = setUp();
    const events = await ask(SEEING, await personPicture());
    expect(textOf(events)).toBe("Two people.");
    expect(cloud.prompts).toEqual([]);
    expect(entries).toMatchObject([
      {
        frame: { verdict: "person", persons: 1 },
        engine: { name: "local", host: "this machine" },
        reason: "person-in-frame",
      },
    ]);
  });

  test.each([
    ["without a picture", SEEING],
    ["about a screen", "What is on my screen?"],
  ])("%s asks for a photo: there is no camera that could be off", async (_, question) => {
    const { ask } = setUp();
    expect(textOf(await ask(question))).toBe("I have no picture. Add a photo and ask again.");
  });

  test("about any picture stays when the gate is gone", async () => {
    const { ask, cloud, entries } = setUp("http://127.0.0.1:1");
    const events = await ask(SEEING, await clearPicture());
    expect(events.at(-1)).toMatchObject({ engine: "local" });
    expect(cloud.prompts).toEqual([]);
    expect(entries[0]?.frame).toMatchObject({ verdict: "unknown", persons: null });
  });

  test("that the cloud got and did not answer is in the ledger, beside the engine that answered", async () => {
    const cloud = engineOf<ClearPicture>(async function* () {
      yield* [];
      throw new EngineError("cloud", "server", "http-500");
    });
    const { ask, entries } = setUp(undefined, undefined, cloud);
    expect((await ask(SEEING, await clearPicture())).at(-1)).toMatchObject({ engine: "local" });
    expect(entries.toReversed()).toMatchObject([
      { engine: { host: "api.openai.com" }, reason: "no-person", frame: { verdict: "clear" } },
      { engine: { name: "local" }, reason: "cloud-unavailable", frame: { verdict: "clear" } },
    ]);
    expect(new Set(entries.map(({ turn }) => turn)).size).toBe(1);
  });

  test("that is cut off by a question in words leaves no private turn unknown to it", async () => {
    const slow = engineOf<Jpeg>(async function* (ctx) {
      await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve, { once: true }));
      yield* saying("A woman.");
    });
    const { ask, cloud } = setUp(undefined, slow);
    const first = ask(SEEING, await personPicture());
    await expect.poll(() => slow.prompts.length).toBe(1);
    const hangUp = new AbortController();
    const second = ask("Why would somebody wear such a hat?", undefined, "ada", hangUp.signal);
    await first;
    await expect.poll(() => slow.prompts.length).toBe(2);
    hangUp.abort();
    await second;
    expect(cloud.prompts).toEqual([]);
  });

  test("that needs a picture and has none is told so; the ledger says that nobody was asked", async () => {
    const { ask, local, cloud, entries } = setUp();
    const events = await ask(SEEING);
    expect(events.at(-1)).toMatchObject({ outcome: "notice", engine: "none" });
    expect([...local.prompts, ...cloud.prompts]).toEqual([]);
    expect(entries).toMatchObject([{ frame: null, engine: null, reason: "no-frame-available" }]);
  });

  test("is remembered in its caller's conversation, and in nobody else's", async () => {
    const { ask, cloud, entries } = setUp();
    await ask("Who wrote Emma?");
    await ask("Who wrote Hamlet?");
    await ask("Who wrote Faust?", undefined, "bob");
    const words = cloud.prompts.map(({ messages }) => JSON.stringify(messages));
    expect(words[1]).toContain("Emma");
    expect(words[2]).not.toContain("Emma");
    expect(new Set(entries.map(({ call }) => call)).size).toBe(2);
    expect(new Set(cloud.prompts.map(({ conversationId }) => conversationId)).size).toBe(2);
  });

  test("of the same caller ends the one before", async () => {
    const slow = engineOf<Jpeg>(async function* (ctx) {
      yield { type: "text-delta", text: "One moment" };
      await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve, { once: true }));
      yield* saying("never heard");
    });
    const { ask } = setUp(undefined, slow);
    const picture = await personPicture();
    const first = ask(SEEING, picture);
    await expect.poll(() => slow.prompts.length).toBe(1);
    const hangUp = new AbortController();
    const second = ask(SEEING, picture, "ada", hangUp.signal);
    expect((await first).at(-1)).toMatchObject({ type: "end", outcome: "cancelled" });
    await expect.poll(() => slow.prompts.length).toBe(2);
    hangUp.abort();
    expect(textOf(await second)).not.toContain("never");
  });

  test("about what is no picture is refused before anything is said", async () => {
    const { ask, entries } = setUp();
    const gif = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .gif()
      .toBuffer();
    await expect(ask(SEEING, gif)).rejects.toThrow("GIF");
    expect(entries).toEqual([]);
  });
});

describe("a command", () => {
  test("is answered without a model, and in the ledger as such", async () => {
    const { ask, cloud, entries } = setUp();
    expect(textOf(await ask("repeat that, please"))).toBe("I haven't said anything yet.");
    await ask("Who wrote Emma?");
    expect(textOf(await ask("repeat that, please"))).toBe("A mug.");
    expect(textOf(await ask("spell that"))).toBe("M, U, G.");
    expect((await ask("stop")).map(({ type }) => type)).toEqual(["end"]);
    expect(cloud.prompts).toHaveLength(1);
    expect(entries.toReversed().map(({ reason, engine }) => [reason, engine?.name])).toEqual([
      ["command", undefined],
      ["no-frame-needed", "cloud"],
      ["command", undefined],
      ["command", undefined],
      ["command", undefined],
    ]);
  });

  test("is about the answer before it, also when that was private", async () => {
    const { ask, local, cloud } = setUp();
    await ask(SEEING, await personPicture());
    expect(textOf(await ask("repeat that, please"))).toBe("Two people.");
    await ask("more", await personPicture());
    expect(cloud.prompts).toEqual([]);
    const words = JSON.stringify(local.prompts.at(-1)?.messages.at(-1));
    expect(words).toMatch(/Tell me more about it\..*Answer in detail/);
  });

  test("changes how long answers are, for this caller alone", async () => {
    const { ask, cloud } = setUp();
    await ask("shorter please");
    await ask("Who wrote Emma?");
    await ask("Who wrote Emma?", undefined, "bob");
    const words = cloud.prompts.map(({ messages }) => JSON.stringify(messages));
    expect(words.map((text) => text.includes("at most ten words"))).toEqual([true, false]);
  });

  test("tells what was sent where", async () => {
    const { ask } = setUp();
    await ask(SEEING, await clearPicture());
    expect(textOf(await ask("What did you send where?"))).toContain("api.openai.com");
  });
});
