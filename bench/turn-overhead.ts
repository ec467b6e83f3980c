import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import sharp from "sharp";
import { Agent, request } from "undici";
import type { EngineConfig } from "../orchestrator/config.ts";
import { createCloudEngine } from "../orchestrator/engines/cloud-engine.ts";
import { createDescriber } from "../orchestrator/engines/describer.ts";
import { createLocalEngine } from "../orchestrator/engines/local-engine.ts";
import { createLog } from "../orchestrator/log.ts";
import { createMetrics } from "../orchestrator/metrics/metrics.ts";
import { runTurn, type TurnRunner } from "../orchestrator/run-turn.ts";
import { systemPrompt } from "../orchestrator/turn/system-prompt.ts";
import type { Frame, TurnSettings, Verdict } from "../orchestrator/turn/turn.ts";
import { frameFromBytes, photoCamera } from "../orchestrator/vision/photo.ts";
import { type Bench, quantile, runDirectly } from "./benchmark.ts";
import { startService } from "./child.ts";
import { holdBack } from "./turn/hold-back.ts";

const PAIRS = 600;
const WARM_UP = 100;
const SECRET = "bench secret of thirty-two characters";
const QUESTION = "What is in front of me?";

/** A full turn against a bare request of the same body to the same simulator, in turns. */
export const run: Bench = async () => {
  const simulator = await startService("simulator", "--port", "0");
  try {
    const frame = await frameFromBytes(await picture());
    await frame.detailed();
    const local = await comparePath("local", frame, `${simulator.url}/v1`);
    const cloud = await comparePath("cloud", frame, `${simulator.url}/v1`);
    const held = holdBack();
    return {
      name: "turn-overhead",
      title: "Time that a turn adds to TTFT",
      rows: [local, cloud].map(({ path, added }) => ({
        what: `${path} path: reply turn − bare undici request, ${added.length} interleaved pairs`,
        target: "p50 ≤ 3 ms, p99 ≤ 10 ms",
        measured: `p50 ${quantile(added, 0.5).toFixed(2)} ms, p99 ${quantile(added, 0.99).toFixed(2)} ms`,
        met: quantile(added, 0.5) <= 3 && quantile(added, 0.99) <= 10,
      })),
      notes: [
        ...[local, cloud].map(
          ({ path, turns, bare }) =>
            `${path}: TTFT p50 / p99 of the turn ${ms(turns, 0.5)} / ${ms(turns, 0.99)}, of the bare request ${ms(bare, 0.5)} / ${ms(bare, 0.99)}.`,
        ),
        "A turn is `runTurn`: frame ready, gate verdict known, needs-frame, route, prompt, strict stream, metrics and log line. The bare request sends the very body that the turn sends and reads to the first non-empty content. Simulator (profile zero) in a process of its own; the order within a pair alternates.",
        `The picture that goes to the cloud with each request has ${(frame.gated.bytes.length / 1000).toFixed(0)} kB; the local engine knows it by its id.`,
        `Hold-back of the refusal check, apart from the figures above, on answers cut into words: ${held}`,
      ],
    };
  } finally {
    await simulator.close();
  }
};

interface Compared {
  readonly path: "local" | "cloud";
  readonly added: readonly number[];
  readonly turns: readonly number[];
  readonly bare: readonly number[];
}

async function comparePath(path: "local" | "cloud", frame: Frame, url: string): Promise<Compared> {
  const body = await captureBody(path, frame);
  const own = createRunner(path, frame, url);
  const agent = new Agent({ connections: 4 });
  const turns: number[] = [];
  const bare: number[] = [];
  try {
    for (let pair = -WARM_UP; pair < PAIRS; pair++) {
      const measures = [
        async () => turns.push(await turnTtft(own.runner)),
        async () => bare.push(await bareTtft(agent, url, body)),
      ];
      for (const measure of pair % 2 === 0 ? measures : measures.reverse()) await measure();
      if (pair === -1) turns.length = bare.length = 0;
    }
  } finally {
    await Promise.all([own.close(), agent.close()]);
  }
  return { path, turns, bare, added: turns.map((turn, index) => turn - (bare[index] ?? 0)) };
}

async function turnTtft(runner: TurnRunner): Promise<number> {
  const startMs = performance.now();
  let firstMs = Number.NaN;
  await runTurn(runner, QUESTION, new AbortController().signal, {
    onText: () => {
      if (Number.isNaN(firstMs)) firstMs = performance.now();
    },
  });
  return firstMs - startMs;
}

async function bareTtft(dispatcher: Agent, url: string, body: string): Promise<number> {
  const startMs = performance.now();
  let firstMs = Number.NaN;
  const answer = await request(`${url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    dispatcher,
  });
  let text = "";
  for await (const chunk of answer.body) {
    text += String(chunk);
    if (Number.isNaN(firstMs) && /"content":"[^"]/.test(text)) firstMs = performance.now();
  }
  return firstMs - startMs;
}

/** What a turn's second request looks like on the wire: the picture is known by then. */
async function captureBody(path: "local" | "cloud", frame: Frame): Promise<string> {
  const bodies: string[] = [];
  const server = createServer((incoming, answer) => {
    if (incoming.method === "GET") {
      answer.setHeader("content-type", "application/json");
      answer.end('{"object":"list","data":[{"id":"vision","object":"model","owned_by":"vllm"}]}');
      return;
    }
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      bodies.push(Buffer.concat(chunks).toString());
      answer.setHeader("content-type", "text/event-stream");
      answer.end(
        'data: {"choices":[{"index":0,"delta":{"content":"A chair."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const own = createRunner(path, frame, `http://127.0.0.1:${port}/v1`);
  try {
    for (let turn = 0; turn < 2; turn++) await turnTtft(own.runner);
  } finally {
    await own.close();
    server.close();
  }
  return bodies.at(-1) ?? "";
}

function createRunner(
  path: "local" | "cloud",
  frame: Frame,
  url: string,
): { readonly runner: TurnRunner; close(): Promise<void> } {
  const config: EngineConfig = {
    url,
    model: "vision",
    apiKey: undefined,
    kind: path === "local" ? "vllm" : "openai",
    firstTokenMs: 2500,
    gapMs: 700,
    totalMs: 20_000,
  };
  const log = createLog("silent");
  const engine = { config, secretKey: SECRET, log };
  const local = path === "local" ? createLocalEngine(engine) : undefined;
  const cloud = path === "cloud" ? createCloudEngine({ ...engine, onPictureSent: () => {} }) : undefined;
  const verdict: Verdict = {
    value: "clear",
    score: 0.01,
    reason: "no-person",
    boxes: [{ label: "chair", score: 0.8, x: 100, y: 100, width: 200, height: 200 }],
    model: "known",
    ms: 1,
    sha256: frame.gated.sha256,
  };
  return {
    runner: {
      ports: {
        camera: photoCamera(frame),
        gate: () => Promise.resolve(verdict),
        local,
        cloud,
        describer: createDescriber({ fieldOfViewDeg: 65 }),
      },
      settings: SETTINGS,
      conversation: FORGETFUL,
      contextTokens: 14_000,
      localPictures: 24,
      metrics: createMetrics(),
      tracer: undefined,
      log,
      transport: "terminal",
    },
    async close() {
      await Promise.all([local?.close(), cloud?.close()]);
    },
  };
}

const SETTINGS: TurnSettings = {
  policy: "person-local",
  privateToCloud: "never",
  systemPrompt: systemPrompt(65),
  maxTokens: 8,
  fieldOfViewDeg: 65,
  verdictDeadlineMs: 60,
  fallbackAfterMs: { local: 450, cloud: 1200 },
  turnDeadlineMs: 8000,
};

/** Every turn is the first one, so that both sides send the same bytes each time. */
const FORGETFUL: TurnRunner["conversation"] = {
  id: "bench",
  snapshot: () => [],
  commit: () => {},
  compact: () => false,
};

/** Noise softened by so many pixels compresses like the labelled photos: 88 kB in the middle. */
const PHOTO_BLUR = 1.1;

async function picture(): Promise<Buffer> {
  const noise = { type: "gaussian", mean: 128, sigma: 30 } as const;
  return sharp({ create: { width: 1280, height: 720, channels: 3, background: "#888", noise } })
    .blur(PHOTO_BLUR)
    .jpeg({ quality: 85 })
    .toBuffer();
}

function ms(values: readonly number[], q: number): string {
  return `${quantile(values, q).toFixed(2)} ms`;
}

await runDirectly(import.meta.url, run);
