import OpenAI from "openai";
import { EngineError } from "../orchestrator/errors.ts";
import { createLocalEngine } from "../orchestrator/engines/local-engine.ts";
import type { TurnContext } from "../orchestrator/turn/turn.ts";
import { type OpenaiServer, says, startOpenaiServer } from "../test/standins/openai-server.ts";
import { type StreamFault, streamFaults } from "../test/standins/stream-faults.ts";
import { type Bench, runDirectly } from "./benchmark.ts";

const QUESTION = "Where is the door?";
const LIMIT_MS = 2000;
/** A reader that has said nothing by then has not noticed. */
const OBSERVE_MS = 12_000;

interface Finding {
  readonly outcome: string;
  readonly detected: boolean;
  readonly ms: number;
  readonly requests: number;
}

/** The 16 upstream faults of reliability reference §3: who notices, and after how long. */
export const run: Bench = async () => {
  const server = await startOpenaiServer();
  const findings: { readonly fault: StreamFault; readonly ours: Finding; readonly bare: Finding }[] = [];
  try {
    await warm(server);
    for (const fault of streamFaults) {
      server.always(fault.behaviour);
      findings.push({ fault, ours: await askOurs(server, fault), bare: await askBare(server) });
    }
  } finally {
    await server.close();
  }
  const detected = findings.filter(({ ours }) => ours.detected);
  const slowest = Math.max(...findings.map(({ ours }) => ours.ms));
  const bare = findings.filter((finding) => finding.bare.detected);
  return {
    name: "stream-faults",
    title: "Stream faults: detected or silent",
    rows: [
      {
        what: "stream faults detected",
        target: "16 of 16",
        measured: `${detected.length} of ${findings.length}`,
        met: detected.length === 16 && findings.length === 16,
      },
      {
        what: "slowest detection",
        target: "≤ 2.0 s",
        measured: `${(slowest / 1000).toFixed(2)} s`,
        met: slowest <= LIMIT_MS,
      },
      {
        what: "the `openai` client alone, same faults, same run",
        target: "stated beside it",
        measured: `${bare.length} of ${findings.length}`,
        met: null,
      },
    ],
    notes: [
      table(
        findings.map(({ fault, ours, bare: alone }) => [
          String(fault.row),
          fault.upstream,
          show(ours),
          show(alone),
        ]),
      ),
      `Ours with the deadlines of production (first token 1.5 s, gap 0.7 s, total 20 s); a second request is the one retry that the time left allowed. The \`openai\` client with timeout 3 s and its default retries, observed for ${OBSERVE_MS / 1000} s. A finish counts as noticed when its reason says what happened.`,
    ],
  };
};

async function askOurs(server: OpenaiServer, fault: StreamFault): Promise<Finding> {
  const engine = createLocalEngine({ config: production(server.url), secretKey: undefined });
  try {
    return await observe(server, async (signal) => {
      const prompt = {
        conversationId: "bench",
        messages: [{ role: "user", parts: [{ type: "text", text: QUESTION }] }],
        maxTokens: 60,
      } as const;
      let outcome = "nothing";
      for await (const event of engine.answer(prompt, context(signal))) {
        if (event.type === "finish") outcome = event.reason;
      }
      const detected = "finish" in fault.detected && outcome === fault.detected.finish;
      return { outcome: `finish \`${outcome}\``, detected };
    });
  } finally {
    await engine.close();
  }
}

async function askBare(server: OpenaiServer): Promise<Finding> {
  const client = new OpenAI({ baseURL: server.url, apiKey: "none", timeout: 3000, logLevel: "off" });
  return observe(server, async (signal) => {
    const stream = await client.chat.completions.create(
      { model: "vision", messages: [{ role: "user", content: QUESTION }], stream: true },
      { signal },
    );
    let reason: string | null = null;
    for await (const chunk of stream) reason = chunk.choices[0]?.finish_reason ?? reason;
    signal.throwIfAborted();
    return {
      outcome: reason === null ? "success, silent" : `success, \`${reason}\``,
      detected: reason !== null && reason !== "stop",
    };
  });
}

async function observe(
  server: OpenaiServer,
  ask: (signal: AbortSignal) => Promise<{ readonly outcome: string; readonly detected: boolean }>,
): Promise<Finding> {
  const before = server.chats.length;
  const limit = AbortSignal.timeout(OBSERVE_MS);
  const startedMs = performance.now();
  const finding = await ask(limit).catch((error: unknown) =>
    limit.aborted
      ? { outcome: "nothing noticed", detected: false }
      : { outcome: name(error), detected: true },
  );
  return { ...finding, ms: performance.now() - startedMs, requests: server.chats.length - before };
}

/** Connections, code paths and timers of both readers, so that the first fault is not charged for them. */
async function warm(server: OpenaiServer): Promise<void> {
  server.always(says("On|your|left."));
  const [fault] = streamFaults;
  if (fault !== undefined) await askOurs(server, fault);
  await askBare(server);
}

function production(url: string): Parameters<typeof createLocalEngine>[0]["config"] {
  return {
    url,
    model: "vision",
    apiKey: undefined,
    kind: "vllm",
    firstTokenMs: 1500,
    gapMs: 700,
    totalMs: 20_000,
  };
}

function context(signal: AbortSignal): TurnContext {
  return { turnId: "bench", signal, now: () => performance.now(), mark: () => {}, report: () => {} };
}

function name(error: unknown): string {
  if (error instanceof EngineError) return `${error.category} \`${error.code}\``;
  return error instanceof Error ? `error \`${error.constructor.name}\`` : "error";
}

function show({ outcome, detected, ms, requests }: Finding): string {
  const text = `${outcome}, ${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms${requests > 1 ? `, ${requests} requests` : ""}`;
  return detected ? text : `**${text}**`;
}

function table(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((cells) => `| ${cells.join(" | ")} |`);
  return ["| # | upstream does | Sightline | `openai` client |", "|---|---|---|---|", ...lines].join("\n");
}

await runDirectly(import.meta.url, run);
