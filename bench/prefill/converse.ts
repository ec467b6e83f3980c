import { setTimeout as wait } from "node:timers/promises";
import type { EngineConfig } from "../../orchestrator/config.ts";
import { createLocalEngine } from "../../orchestrator/engines/local-engine.ts";
import { createConversation } from "../../orchestrator/turn/conversation.ts";
import { prefillPrompt } from "../../orchestrator/turn/prefill.ts";
import { localPrompt } from "../../orchestrator/turn/prompt.ts";
import { systemPrompt } from "../../orchestrator/turn/system-prompt.ts";
import type { Jpeg, PastTurn, TurnContext, TurnSettings } from "../../orchestrator/turn/turn.ts";

/** How the engine learns of a picture: ahead of the question, with it, or with every question again. */
export type Delivery = "prefilled" | "cold" | "resent";
/** What of the past a prompt repeats: as in our calls, all of it for ever, or one picture. */
export type History = "ours" | "everything" | "last-picture";

/** A question about a picture, as the engine answered it. */
export interface Asked {
  readonly ttftMs: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly questionTokens: number;
}

export interface ConverseOptions {
  /** Base address of the engine, without `/v1`. */
  readonly url: string;
  /** Default: the first that it lists. */
  readonly model?: string | undefined;
  readonly apiKey?: string | undefined;
  /** One question each. */
  readonly pictures: readonly Jpeg[];
  readonly delivery: Delivery;
  readonly history: History;
  readonly call?: string;
  /** From the start of speech to the question. */
  readonly speechMs: number;
}

/** As `CONTEXT_TOKENS` is by default. */
const CONTEXT_TOKENS = 14_000;
const ANSWER_TOKENS = 24;
const CHARACTERS_PER_TOKEN = 4;

/** One call through the engine's own client: a question about each picture, with what the detector found. */
export async function converse(options: ConverseOptions): Promise<readonly Asked[]> {
  const { delivery, call = "call" } = options;
  const config: EngineConfig = {
    url: `${options.url}/v1`,
    model: options.model,
    apiKey: options.apiKey,
    kind: delivery === "resent" ? "openai" : "vllm",
    firstTokenMs: 60_000,
    gapMs: 30_000,
    totalMs: 120_000,
  };
  const engine = createLocalEngine({ config, secretKey: "s".repeat(32) });
  const settings = { systemPrompt: systemPrompt(65), maxTokens: ANSWER_TOKENS } as TurnSettings;
  const talk = createConversation(call);
  const all: Asked[] = [];
  const ahead = async (prompt: ReturnType<typeof prefillPrompt>, forMs: number): Promise<void> => {
    const stop = new AbortController();
    const computed = engine.prefill?.(prompt, stop.signal).catch(() => false);
    await wait(forMs);
    stop.abort();
    await computed;
  };
  try {
    for (const [nth, picture] of options.pictures.entries()) {
      const turn = { conversationId: call, history: pastOf(talk.snapshot(), options.history), settings };
      const shown = { picture, facts: factsOf(nth) };
      if (delivery === "prefilled") await ahead(prefillPrompt(turn, shown), options.speechMs);
      const question = `What has changed in the picture now, compared with number ${nth}?`;
      const asked = await ask(
        engine.answer(localPrompt({ ...turn, question, endedAtMs: 0 }, shown), contextOf()),
        question,
      );
      all.push(asked.figures);
      const { answer } = asked;
      talk.commit({ question, answer, engine: "local", jpeg: picture, clear: null, facts: shown.facts });
      if (options.history === "ours" && talk.compact(CONTEXT_TOKENS) && delivery === "prefilled") {
        await ahead(prefillPrompt({ ...turn, history: talk.snapshot() }, undefined), options.speechMs);
      }
    }
    return all;
  } finally {
    await engine.close();
  }
}

/** Every other picture shows people. */
function factsOf(nth: number): string {
  return nth % 2 === 0 ? "Detector: two people, at eleven and at one o'clock." : "Detector: nobody.";
}

function pastOf(history: readonly PastTurn[], kind: History): readonly PastTurn[] {
  return kind === "last-picture" ? history.map((past) => ({ ...past, jpeg: null })) : history;
}

async function ask(
  events: ReturnType<ReturnType<typeof createLocalEngine>["answer"]>,
  question: string,
): Promise<{ readonly answer: string; readonly figures: Asked }> {
  const startedAtMs = performance.now();
  let ttftMs = Number.NaN;
  let answer = "";
  let [promptTokens, cachedTokens] = [Number.NaN, Number.NaN];
  for await (const event of events) {
    // A random model's first token may be no text; its event is the first all the same.
    if (Number.isNaN(ttftMs)) ttftMs = performance.now() - startedAtMs;
    if (event.type === "text-delta") {
      answer += event.text;
    } else if (event.type === "finish") {
      promptTokens = event.usage.promptTokens ?? Number.NaN;
      cachedTokens = event.usage.cachedTokens ?? 0;
    }
  }
  const questionTokens = Math.ceil(question.length / CHARACTERS_PER_TOKEN);
  return { answer, figures: { ttftMs, promptTokens, cachedTokens, questionTokens } };
}

function contextOf(): TurnContext {
  const { signal } = new AbortController();
  return { turnId: "turn", signal, now: () => performance.now(), mark: () => {}, report: () => {} };
}

/** Tokens that the engine had to compute. */
export function uncached({ promptTokens, cachedTokens }: Asked): number {
  return promptTokens - cachedTokens;
}
