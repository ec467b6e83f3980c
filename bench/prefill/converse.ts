import { setTimeout as wait } from "node:timers/promises";
import { createLog } from "../../orchestrator/log.ts";
import { createMetrics } from "../../orchestrator/metrics/metrics.ts";
import { createMemory } from "../../orchestrator/session/answering/memory.ts";
import { createPrefillAhead } from "../../orchestrator/session/prefill/prefill-ahead.ts";
import { chooseFrame } from "../../orchestrator/turn/choose-frame.ts";
import { type Conversation, createConversation } from "../../orchestrator/turn/conversation.ts";
import { detectorFacts } from "../../orchestrator/turn/facts.ts";
import type { Engine } from "../../orchestrator/turn/ports.ts";
import { localPrompt } from "../../orchestrator/turn/prompt.ts";
import { systemPrompt } from "../../orchestrator/turn/system-prompt.ts";
import type { Jpeg, TurnContext, Usage } from "../../orchestrator/turn/turn.ts";
import { settingsOf } from "../../test/standins/turn.ts";
import type { Moment } from "../thirty/pace.ts";
import { holdCamera } from "./held-camera.ts";

/** What of the past a prompt repeats: as in our calls, all of it for ever, or no earlier picture. */
export type History = "ours" | "everything" | "last-picture";

/** A question about a picture, as the engine answered it. */
export interface Asked {
  readonly ttftMs: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly questionTokens: number;
}

export interface ConverseOptions {
  /** Calls of one process share it. */
  readonly engine: Engine<Jpeg>;
  /** One question each. */
  readonly pictures: readonly Jpeg[];
  /** False: nothing is computed ahead of a question. */
  readonly ahead: boolean;
  readonly history: History;
  readonly call?: string;
  /** When each question is asked, and its answer heard; or how long each is spoken, one after the other. */
  readonly pace: readonly Moment[] | number;
}

/** As `CONTEXT_TOKENS` and `LOCAL_PICTURES` are by default. */
const OURS = { contextTokens: 14_000, localPictures: 24 };
const EVERYTHING = { contextTokens: Infinity, localPictures: Infinity };
const ANSWER_TOKENS = 32;
const CHARACTERS_PER_TOKEN = 4;
const FIELD_OF_VIEW_DEG = 65;
/** The camera has been held on what is asked about for so long when the first word comes. */
const HELD_MS = 300;

const metrics = createMetrics();
const log = createLog("silent");

/**
 * One call without its sound: the memory, the prefill ahead and the choice of frame of our calls, before a
 * camera that is held still on one picture for each question.
 */
export async function converse(options: ConverseOptions): Promise<readonly Asked[]> {
  const { engine, pictures, history, call = "call", pace } = options;
  const settings = settingsOf({
    policy: "local-only",
    systemPrompt: systemPrompt(FIELD_OF_VIEW_DEG),
    maxTokens: ANSWER_TOKENS,
    fieldOfViewDeg: FIELD_OF_VIEW_DEG,
  });
  const camera = holdCamera(pictures);
  const conversation = remembering(createConversation(call), history);
  let answering = false;
  const prefill = createPrefillAhead({
    deps: { settings, metrics, log },
    conversation,
    ring: camera.ring,
    ports: { local: options.ahead ? engine : undefined, cloud: undefined },
    answering: () => answering,
    onSent: () => {},
    onAdopted: () => {},
  });
  const memory = createMemory({
    deps: history === "ours" ? OURS : EVERYTHING,
    call: {},
    conversation,
    ports: { local: engine },
    onPastChanged: () => prefill.warmPast(),
  });
  /** Whoever waited longer for an answer than the strict silence hears it later, and asks again later. */
  let lateMs = 0;
  const until = async (moment: keyof Moment, nth: number): Promise<void> => {
    const atMs = typeof pace === "number" ? undefined : pace[nth]?.[moment];
    if (atMs === undefined) await wait(typeof pace === "number" && moment === "askAtMs" ? pace : 0);
    else await wait(Math.max(0, atMs + lateMs - performance.now()));
  };
  const heardFrom = (firstAtMs: number, nth: number): void => {
    if (typeof pace === "number") return;
    lateMs = Math.max(lateMs, firstAtMs - (pace[nth]?.hearAtMs ?? Infinity));
  };
  const all: Asked[] = [];
  prefill.warmPast();
  try {
    for (const nth of pictures.keys()) {
      await until("speakAtMs", nth);
      camera.hold(nth);
      if (typeof pace === "number") await wait(HELD_MS);
      prefill.onSpeech("speaking");
      await until("askAtMs", nth);
      const endedAtMs = performance.now();
      const question = `What has changed in the picture now, compared with number ${nth}?`;
      const past = conversation.snapshot();
      prefill.onSpeech("paused");
      prefill.giveWay();
      answering = true;
      const warm = prefill.warm(past);
      const { signal } = new AbortController();
      const now = (): number => performance.now();
      const { frame } = await chooseFrame(camera.ring, "any", { endedAtMs, now, signal, warm });
      prefill.chosen(frame);
      if (!frame) throw new Error("a held camera has a frame");
      const picture = await frame.detailed();
      const facts = detectorFacts(await camera.ring.gate(frame, signal), frame, FIELD_OF_VIEW_DEG);
      const turn = { conversationId: call, question, endedAtMs, history: past, settings };
      const { answer, ttftMs, usage } = await ask(
        engine.answer(localPrompt(turn, { picture, facts }), contextOf(signal)),
        endedAtMs,
      );
      heardFrom(endedAtMs + ttftMs, nth);
      await until("hearAtMs", nth);
      prefill.onSpeech("over");
      await until("heardAtMs", nth);
      answering = false;
      const spoken = { question, answer, engine: "local", jpeg: picture, clear: null, facts } as const;
      memory.record(spoken, { text: answer, interrupted: false }, answer);
      all.push({
        ttftMs,
        promptTokens: usage?.promptTokens ?? Number.NaN,
        cachedTokens: usage?.cachedTokens ?? 0,
        questionTokens: Math.ceil(question.length / CHARACTERS_PER_TOKEN),
      });
    }
    return all;
  } finally {
    prefill.close();
  }
}

/** Without earlier pictures a prefix changes with every question. */
function remembering(conversation: Conversation, history: History): Conversation {
  if (history === "ours") return conversation;
  if (history === "everything") return { ...conversation, plan: () => false };
  return { ...conversation, commit: (turn) => conversation.commit({ ...turn, jpeg: null }) };
}

async function ask(
  events: ReturnType<Engine<Jpeg>["answer"]>,
  sinceMs: number,
): Promise<{ readonly answer: string; readonly ttftMs: number; readonly usage: Usage | undefined }> {
  let ttftMs = Number.NaN;
  let answer = "";
  let usage: Usage | undefined;
  for await (const event of events) {
    // A random model's first token may be no text; its event is the first all the same.
    if (Number.isNaN(ttftMs)) ttftMs = performance.now() - sinceMs;
    if (event.type === "text-delta") answer += event.text;
    else if (event.type === "finish") ({ usage } = event);
  }
  return { answer, ttftMs, usage };
}

function contextOf(signal: AbortSignal): TurnContext {
  return { turnId: "turn", signal, now: () => performance.now(), mark: () => {}, report: () => {} };
}

/** Tokens that the engine had to compute. */
export function uncached({ promptTokens, cachedTokens }: Asked): number {
  return promptTokens - cachedTokens;
}
