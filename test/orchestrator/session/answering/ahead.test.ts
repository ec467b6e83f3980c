import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { EngineError } from "../../../../orchestrator/errors.ts";
import { createLog } from "../../../../orchestrator/log.ts";
import { createMetrics } from "../../../../orchestrator/metrics/metrics.ts";
import { createAhead } from "../../../../orchestrator/session/answering/ahead.ts";
import type { CallDeps } from "../../../../orchestrator/session/call-deps.ts";
import type { CallOptions } from "../../../../orchestrator/session/call.ts";
import type { Manner } from "../../../../orchestrator/session/manner.ts";
import { createConversation } from "../../../../orchestrator/turn/conversation.ts";
import { createFakeVoice, type FakeVoice } from "../../../standins/call/voice.ts";
import type { Camera, EngineEvent } from "../../../../orchestrator/turn/ports.ts";
import type { TurnContext } from "../../../../orchestrator/turn/turn.ts";
import {
  cameraOf,
  engineOf,
  frameOf,
  gateOf,
  pastOf,
  saying,
  settingsOf,
  verdictOf,
  type Script,
} from "../../../standins/turn.ts";

function start({
  voice,
  script = "Yes.",
  camera,
}: { voice?: FakeVoice; script?: string | Script; camera?: Camera } = {}) {
  const local = engineOf<never>(script);
  const conversation = createConversation("call");
  const metrics = createMetrics();
  const gaveWay: number[] = [];
  const manner = {
    note: () => "",
    delivery: (sampleRate: number) => ({
      voice,
      rendered: () => undefined,
      sampleRate,
      rate: 1,
      language: "en",
      onFault: () => {},
    }),
  } as unknown as Manner;
  const ahead = createAhead({
    deps: {
      settings: settingsOf({ policy: "local-only", camera: camera !== undefined }),
      metrics,
      log: createLog("silent"),
    } as CallDeps,
    call: { id: "call", transport: "livekit", speaker: { sampleRate: 16_000 } } as CallOptions,
    conversation,
    ports: {
      camera: camera ?? cameraOf(),
      gate: gateOf(verdictOf),
      local,
      cloud: undefined,
      describer: engineOf("Nothing."),
    },
    manner,
    keptHere: () => false,
    giveWay: () => void gaveWay.push(1),
    onChosen: () => undefined,
    onDiscard: () => {},
  });
  const discards = async (): Promise<number> => {
    const lines = (await metrics.exposition()).match(/^sightline_discarded_turns_total\{.*$/gm) ?? [];
    return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  };
  return { ahead, local, conversation, gaveWay, discards, metrics };
}

test("the turn that was prepared is the one that is taken, as long as question and past are the same", async () => {
  const { ahead, conversation, discards } = start();
  ahead.prepare("Tell me a joke.", 0);
  const taken = ahead.take("Tell me a joke.", 0);
  expect(taken.question).toBe("Tell me a joke.");
  expect(await discards()).toBe(0);
  ahead.prepare("And another.", 0);
  conversation.commit(pastOf());
  expect(ahead.take("And another.", 0).history).toHaveLength(1);
  expect(await discards()).toBe(1);
});

test("a question that keeps changing is prepared a few times, and then waits for its end", async () => {
  const { ahead, gaveWay, discards } = start();
  for (let words = 1; words <= 9; words++) ahead.prepare("word ".repeat(words), 0);
  expect(gaveWay).toHaveLength(4);
  expect(await discards()).toBe(4);
  expect(ahead.take("word ".repeat(9), 0).question).toBe("word ".repeat(9));
  expect(gaveWay).toHaveLength(5);
  ahead.prepare("And now?", 0);
  expect(gaveWay).toHaveLength(6);
});

test("an answer that is tried out can be taken once it has begun; one that never comes leaves nothing behind", async () => {
  let fails = true;
  const { ahead, local, discards } = start({
    script: async function* () {
      if (fails) throw new EngineError("local", "server", "http-503");
      yield* saying("Yes.");
    },
  });
  for (let tries = 0; tries < 6; tries++) expect(await ahead.tryOut("Tell me a joke.", 0)).toBe(false);
  expect(local.prompts).toHaveLength(6);
  expect(await discards()).toBe(6);
  fails = false;
  expect(await ahead.tryOut("Tell me a joke.", 0)).toBe(true);
  expect(ahead.take("Tell me a joke.", 0).report().ttftMs).not.toBeNull();
  expect(local.prompts).toHaveLength(7);
});

test("a question that is asked while an answer is tried out goes first", async () => {
  const { ahead, local } = start({ script: hanging });
  const tried = ahead.tryOut("Tell me a joke.", 0);
  await vi.waitFor(() => expect(local.prompts).toHaveLength(1));
  ahead.prepare("What time is it?", 0);
  expect(await tried).toBe(false);
  expect(local.aborted).toHaveLength(1);
  expect(ahead.take("What time is it?", 0).question).toBe("What time is it?");
  expect(local.prompts).toHaveLength(2);
});

test("words and sound that were made for nothing are counted", async () => {
  const voice = createFakeVoice({ firstMs: 0, wordMs: 200 });
  const { ahead, metrics } = start({ voice });
  ahead.prepare("Tell me a joke.", 0);
  await vi.waitFor(() => expect(voice.words).toEqual(["Yes."]));
  await delay(20);
  ahead.discard();
  const text = await metrics.exposition();
  expect(text).toContain("sightline_discarded_tokens_total 1\n");
  expect(text).toContain("sightline_discarded_audio_seconds_total 0.2\n");
});

test("a question that goes on ends the request that ran ahead of it; its own words do not", async () => {
  const { ahead, local, discards } = start({ script: endless });
  ahead.prepare("Tell me", 0);
  await vi.waitFor(() => expect(local.prompts).toHaveLength(1));
  ahead.goesOn("Tell me");
  expect(local.aborted).toHaveLength(0);
  ahead.goesOn("Tell me a joke");
  expect(local.aborted).toHaveLength(1);
  ahead.prepare("Tell me", 0);
  await vi.waitFor(() => expect(local.prompts).toHaveLength(2));
  ahead.goesOn();
  expect(local.aborted).toHaveLength(2);
  expect(await discards()).toBe(2);
});

test("a call that has thrown away a minute's worth waits for the ends of its questions, and says why", async () => {
  const { ahead, local, metrics } = start({ script: endless });
  for (let nth = 1; nth <= 4; nth++) {
    ahead.prepare("Tell me a joke.", 0);
    await vi.waitFor(() => expect(local.prompts).toHaveLength(nth));
    await delay(20);
    ahead.discard();
  }
  expect(await metrics.exposition()).toContain("sightline_discarded_tokens_total 640\n");
  ahead.prepare("Tell me a joke.", 0);
  ahead.prepare("Tell me a joke again.", 0);
  expect(local.prompts).toHaveLength(4);
  const taken = ahead.take("Tell me a joke again.", 0);
  await vi.waitFor(() => expect(local.prompts).toHaveLength(5));
  taken.answer.stop("superseded");
  const text = await metrics.exposition();
  expect(text).toContain('sightline_unprepared_turns_total{reason="tokens-spent"} 1\n');
  expect(text).toContain('sightline_unprepared_turns_total{reason="keeps-changing"} 0\n');
});

describe("a question that ended again, later", () => {
  const cameraAt = (capturedAtMs: number, luma = 120) =>
    frameOf({ id: `${capturedAtMs}`, source: "camera", capturedAtMs, luma });

  /** The frame that the answer is about when a question ends now and again after `laterMs`. */
  const frameAfter = async (laterMs: number, luma: number) => {
    const endedAtMs = performance.now();
    const frames = [cameraAt(endedAtMs - 50)];
    const { ahead, local } = start({ camera: { recent: () => frames, next: async () => undefined } });
    ahead.prepare("What do you see?", endedAtMs);
    await vi.waitFor(() => expect(local.prompts).toHaveLength(1));
    const [first] = frames;
    vi.spyOn(performance, "now").mockReturnValue(endedAtMs + laterMs + 50);
    frames.push(cameraAt(endedAtMs + laterMs, luma));
    const taken = ahead.take("What do you see?", endedAtMs + laterMs);
    await delay(20);
    vi.restoreAllMocks();
    return taken.report().frame === first ? "first" : "new";
  };

  test.each([
    ["goes with its picture when that is near the new end too", 700, 30, "first"],
    ["goes with its picture when the camera still shows the same", 5000, 120, "first"],
    ["is about what the camera shows then", 5000, 30, "new"],
  ])("%s", async (_, laterMs, luma, frame) => {
    expect(await frameAfter(laterMs, luma)).toBe(frame);
  });
});

async function* hanging(ctx: TurnContext): AsyncGenerator<EngineEvent> {
  yield await new Promise<never>((_, reject) =>
    ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)),
  );
}

/** As many tokens as an answer may have, and no end. */
async function* endless(ctx: TurnContext): AsyncGenerator<EngineEvent> {
  for (let token = 0; token < 160; token++) yield { type: "text-delta", text: "ha " };
  await new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));
}
