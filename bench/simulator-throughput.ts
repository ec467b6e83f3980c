import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Agent, request } from "undici";
import { type Bench, quantile, runDirectly } from "./benchmark.ts";

const TARGET_PER_SECOND = 1500;
const CONNECTIONS = 16;
const WARM_UP_MS = 1500;
const MEASURED_MS = 5000;

/** Requests each second that the simulator answers with no latency of its own: cached text, one token. */
export const run: Bench = async () => {
  const { child, url } = await startChild();
  const agent = new Agent({ connections: CONNECTIONS, pipelining: 1 });
  try {
    const body = JSON.stringify({
      model: "vision",
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 1,
      cache_salt: "throughput",
      messages: [
        {
          role: "system",
          content: "You describe what a camera sees to someone who cannot see it. ".repeat(8),
        },
        { role: "user", content: "Is the kettle on the left or on the right of the sink?" },
      ],
    });
    const ask = async (): Promise<string> => {
      const answer = await request(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        dispatcher: agent,
      });
      return answer.body.text();
    };
    await load(ask, WARM_UP_MS);
    const cachedTokens = Number(/"cached_tokens":(\d+)/.exec(await ask())?.[1] ?? 0);
    const { perSecond, latencies, broken } = await load(ask, MEASURED_MS);
    const ms = (q: number): string => `${quantile(latencies, q).toFixed(2)} ms`;
    return {
      name: "simulator-throughput",
      title: "Simulator throughput",
      rows: [
        {
          what: "cached one-token text answers, streamed, zero-latency profile",
          target: `≥ ${TARGET_PER_SECOND} requests/s`,
          measured: `${Math.round(perSecond)} requests/s`,
          met: perSecond >= TARGET_PER_SECOND,
        },
        {
          what: "of them incomplete (no finish_reason, usage or [DONE])",
          target: "0",
          measured: String(broken),
          met: broken === 0,
        },
        {
          what: "prompt tokens from the cache",
          target: "> 0",
          measured: String(cachedTokens),
          met: cachedTokens > 0,
        },
      ],
      notes: [
        `${CONNECTIONS} keep-alive connections of undici for ${MEASURED_MS / 1000} s from this process; the simulator is a process of its own. Latency of a request under that load: p50 ${ms(0.5)}, p99 ${ms(0.99)}.`,
      ],
    };
  } finally {
    await agent.close();
    child.kill("SIGINT");
    await once(child, "exit");
  }
};

interface Load {
  readonly perSecond: number;
  readonly latencies: readonly number[];
  readonly broken: number;
}

async function load(ask: () => Promise<string>, forMs: number): Promise<Load> {
  const latencies: number[] = [];
  let broken = 0;
  const startMs = performance.now();
  const endMs = startMs + forMs;
  const client = async (): Promise<void> => {
    for (let nowMs = performance.now(); nowMs < endMs;) {
      const text = await ask();
      const doneMs = performance.now();
      latencies.push(doneMs - nowMs);
      if (
        !text.includes('"finish_reason":"length"') ||
        !text.includes('"usage":{') ||
        !text.endsWith("data: [DONE]\n\n")
      )
        broken += 1;
      nowMs = doneMs;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  return { perSecond: latencies.length / ((performance.now() - startMs) / 1000), latencies, broken };
}

async function startChild(): Promise<{ child: ChildProcess; url: string }> {
  const main = fileURLToPath(new URL("../inference/simulator/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, JSON.stringify({ profile: "zero" })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, url: (JSON.parse(line) as { url: string }).url };
}

await runDirectly(import.meta.url, run);
