import { type ChatEngine } from "../../orchestrator/engines/chat-engine.ts";
import { createCloudEngine } from "../../orchestrator/engines/cloud-engine.ts";
import { createDescriber } from "../../orchestrator/engines/describer.ts";
import { createLog } from "../../orchestrator/log.ts";
import { createMetrics } from "../../orchestrator/metrics/metrics.ts";
import { type FinishedTurn, runTurn } from "../../orchestrator/run-turn.ts";
import type { ClearPicture } from "../../orchestrator/turn/clear-picture.ts";
import { type Conversation, createConversation } from "../../orchestrator/turn/conversation.ts";
import type { Gate } from "../../orchestrator/turn/ports.ts";
import { systemPrompt } from "../../orchestrator/turn/system-prompt.ts";
import type { Frame, RoutePolicy, TurnSettings } from "../../orchestrator/turn/turn.ts";
import { type OpenaiServer, says, type SeenRequest, startOpenaiServer } from "../standins/openai-server.ts";
import { engineOf, saying, settingsOf } from "../standins/turn.ts";

/** The house: a real cloud engine to a recording server outside, a fake local engine inside. */
export interface House {
  readonly cloud: OpenaiServer;
  /** The way to the cloud, for ways in that run their own turns. */
  readonly engine: ChatEngine<ClearPicture>;
  ask(turn: Asked): Promise<FinishedTurn>;
  close(): Promise<void>;
}

export interface Asked {
  readonly question: string;
  readonly frame: Frame | undefined;
  readonly gate: Gate;
  readonly policy: RoutePolicy;
  readonly privateToCloud: TurnSettings["privateToCloud"];
  readonly localUp: boolean;
  /** What the local engine says. */
  readonly localWords?: string;
  /** Default: a new one. */
  readonly conversation?: Conversation;
}

export const POLICIES = ["person-local", "local-first", "local-only"] as const;
export const PRIVATE_TO_CLOUD = ["never", "reading", "screen", "all"] as const;

/** Questions of every kind that the camera is needed for, and one that it is not. */
export const QUESTIONS = [
  "What is in front of me?",
  "Is anyone there?",
  "Read this letter to me.",
  "What is on my screen?",
  "Describe the picture.",
  "What is the capital of France?",
] as const;

const log = createLog("silent");
const metrics = createMetrics();
const describer = createDescriber({ fieldOfViewDeg: 65 });

export async function buildHouse(): Promise<House> {
  const cloud = await startOpenaiServer({ models: [{ id: "gpt-4o", owned_by: "openai" }] });
  cloud.always(says("From |afar."));
  const engine: ChatEngine<ClearPicture> = createCloudEngine({
    config: {
      url: cloud.url,
      model: "gpt-4o",
      apiKey: "key",
      kind: "openai",
      firstTokenMs: 10_000,
      gapMs: 10_000,
      totalMs: 20_000,
    },
    secretKey: undefined,
    onPictureSent: () => {},
  });
  return {
    cloud,
    engine,
    async ask(asked) {
      const { frame, localWords = "At home." } = asked;
      const local = engineOf(() => saying(localWords), { up: asked.localUp });
      const runner = {
        ports: {
          camera: {
            recent: (source: string) =>
              frame && (source === "any" || source === frame.source) ? [frame] : [],
            next: () => Promise.resolve(undefined),
          },
          gate: asked.gate,
          local: local as never,
          cloud: engine,
          describer,
        },
        settings: settingsOf({
          policy: asked.policy,
          privateToCloud: asked.privateToCloud,
          systemPrompt: systemPrompt(65),
          verdictDeadlineMs: 10_000,
          fallbackAfterMs: { local: 10_000, cloud: 10_000 },
        }),
        conversation: asked.conversation ?? createConversation("call"),
        contextTokens: 100_000,
        localPictures: 24,
        metrics,
        tracer: undefined,
        log,
        transport: "test",
      };
      return runTurn(runner, asked.question, new AbortController().signal, { onText: () => {} });
    },
    async close() {
      await engine.close();
      await cloud.close();
    },
  };
}

/** Every picture in the recorded requests, decoded; a picture that is no JPEG data URL is returned as it stands. */
export function picturesIn(requests: readonly SeenRequest[]): readonly Buffer[] {
  return requests.flatMap(({ body }) =>
    (body?.messages ?? []).flatMap(({ content }) =>
      (typeof content === "string" ? [] : content)
        .filter((part) => part.type !== "text")
        .map((part) => {
          const [, base64] =
            /^data:image\/jpeg;base64,([A-Za-z0-9+/=]+)$/.exec(part.image_url?.url ?? "") ?? [];
          return base64 === undefined ? Buffer.from(JSON.stringify(part)) : Buffer.from(base64, "base64");
        }),
    ),
  );
}

/** All that the recorded requests say in words, headers included, our own system text left out. */
export function wordsIn(requests: readonly SeenRequest[]): string {
  return requests
    .map(({ headers, path, body }) => {
      const messages = body?.messages.filter(({ role }) => role !== "system");
      const words = JSON.stringify({ headers, path, body: { ...body, messages } });
      return words.replaceAll(/data:image\/jpeg;base64,[A-Za-z0-9+/=]+/g, "");
    })
    .join("\n");
}

/** Runs the work on the items, several at a time, in order of the items. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: 12 }, worker));
}
