import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { createLog } from "../../../../orchestrator/log.ts";
import { createMetrics } from "../../../../orchestrator/metrics/metrics.ts";
import { createAhead } from "../../../../orchestrator/session/answering/ahead.ts";
import type { CallDeps } from "../../../../orchestrator/session/call-deps.ts";
import type { CallOptions } from "../../../../orchestrator/session/call.ts";
import type { Manner } from "../../../../orchestrator/session/manner.ts";
import { createConversation } from "../../../../orchestrator/turn/conversation.ts";
import { createFakeVoice, type FakeVoice } from "../../../standins/call/voice.ts";
import { cameraOf, engineOf, gateOf, pastOf, settingsOf, verdictOf } from "../../../standins/turn.ts";

function start(voice?: FakeVoice) {
  const local = engineOf<never>("Yes.");
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
      settings: settingsOf({ policy: "local-only", camera: false }),
      metrics,
      log: createLog("silent"),
    } as CallDeps,
    call: { id: "call", transport: "livekit", speaker: { sampleRate: 16_000 } } as CallOptions,
    conversation,
    ports: {
      camera: cameraOf(),
      gate: gateOf(verdictOf),
      local,
      cloud: undefined,
      describer: engineOf("Nothing."),
    },
    manner,
    giveWay: () => void gaveWay.push(1),
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

test("words and sound that were made for nothing are counted", async () => {
  const { ahead, metrics } = start(createFakeVoice({ firstMs: 0, wordMs: 200 }));
  ahead.prepare("Tell me a joke.", 0);
  await delay(100);
  ahead.discard();
  const text = await metrics.exposition();
  expect(text).toContain("sightline_discarded_tokens_total 1\n");
  expect(text).toContain("sightline_discarded_audio_seconds_total 0.2\n");
});
