import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { EngineConfig } from "../../../orchestrator/config.ts";
import { EngineError } from "../../../orchestrator/errors.ts";
import { createLocalEngine } from "../../../orchestrator/engines/local-engine.ts";
import type { Engine, EngineEvent } from "../../../orchestrator/turn/ports.ts";
import type { Jpeg, Part, Prompt, TurnContext } from "../../../orchestrator/turn/turn.ts";
import {
  type OpenaiServer,
  says,
  type SeenRequest,
  startOpenaiServer,
} from "../../standins/openai-server.ts";

export const KEY = "sk-a-very-secret-key";
export const QUESTION = "What is written on the blue door?";

/** A configuration with limits that a busy machine keeps; a test that waits for one shortens it. */
export function configOf(url: string, config: Partial<EngineConfig> = {}): EngineConfig {
  return {
    url,
    model: "vision",
    apiKey: undefined,
    kind: "openai",
    firstTokenMs: 3000,
    gapMs: 2000,
    totalMs: 9000,
    ...config,
  };
}

export function localEngine(
  url: string,
  config: Partial<EngineConfig> = {},
): ReturnType<typeof createLocalEngine> {
  return createLocalEngine({ config: configOf(url, config), secretKey: "s".repeat(32) });
}

export function contextOf(signal: AbortSignal = new AbortController().signal): TurnContext {
  return { turnId: "turn", signal, now: () => performance.now(), mark: () => {}, report: () => {} };
}

export function pictureOf(seed: string): Jpeg {
  const bytes = new TextEncoder().encode(`picture ${seed}`);
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex"), width: 64, height: 48 };
}

export const text = (words: string): Part<never> => ({ type: "text", text: words });
export const shows = <Picture>(picture: Picture): Part<Picture> => ({ type: "picture", picture });

/** One user message, or several with a short answer between each two. */
export function promptOf<Picture>(
  messages: readonly (readonly Part<Picture>[])[],
  prompt: Partial<Prompt<Picture>> = {},
): Prompt<Picture> {
  return {
    conversationId: "call-1",
    messages: [
      { role: "system", text: "You describe." },
      ...messages.flatMap((parts, i) => [
        ...(i > 0 ? [{ role: "assistant", text: "Yes." } as const] : []),
        { role: "user", parts } as const,
      ]),
    ],
    maxTokens: 60,
    ...prompt,
  };
}

export const question = promptOf<never>([[text(QUESTION)]]);

/** What came of a question: every event, and the error that ended it. */
export interface Asked {
  readonly events: readonly EngineEvent[];
  readonly text: string;
  readonly finish: (EngineEvent & { readonly type: "finish" }) | undefined;
  readonly error: EngineError | undefined;
  readonly ms: number;
}

export async function ask<Picture>(
  engine: Engine<Picture>,
  prompt: Prompt<Picture>,
  signal?: AbortSignal,
): Promise<Asked> {
  return gather(engine.answer(prompt, contextOf(signal)));
}

/** What came of it, and the chat requests that it made. */
export async function during<T>(
  server: OpenaiServer,
  run: () => Promise<T>,
): Promise<readonly [T, readonly SeenRequest[]]> {
  const before = server.chats.length;
  const result = await run();
  return [result, server.chats.slice(before)];
}

/** Collects a stream and its `EngineError`; any other error is the test's. */
export async function gather(stream: AsyncIterable<EngineEvent>): Promise<Asked> {
  const events: EngineEvent[] = [];
  const startedMs = performance.now();
  let error: EngineError | undefined;
  try {
    for await (const event of stream) events.push(event);
  } catch (thrown) {
    if (!(thrown instanceof EngineError)) throw thrown;
    error = thrown;
  }
  return {
    events,
    text: events.map((event) => (event.type === "text-delta" ? event.text : "")).join(""),
    finish: events.find((event) => event.type === "finish"),
    error,
    ms: performance.now() - startedMs,
  };
}

/** A stand-in server for all tests of a file, and engines on it that are closed after each test. */
export function serveEngines(): {
  readonly server: () => OpenaiServer;
  readonly engineOf: (config?: Partial<EngineConfig>) => ReturnType<typeof localEngine>;
} {
  let running: OpenaiServer | undefined;
  const closing: (() => Promise<void>)[] = [];
  const server = (): OpenaiServer => {
    if (!running) throw new Error("the stand-in server is not up yet");
    return running;
  };
  beforeAll(async () => {
    running = await startOpenaiServer();
  });
  afterEach(async () => {
    server().always(says("Hi|."));
    await Promise.all(closing.splice(0).map((close) => close()));
  });
  afterAll(() => server().close());
  return {
    server,
    engineOf: (config = {}) => {
      const engine = localEngine(server().url, config);
      closing.push(() => engine.close());
      return engine;
    },
  };
}
