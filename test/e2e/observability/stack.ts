import { join } from "node:path";
import { vi } from "vitest";
import { freeTcpPort } from "../../../orchestrator/lib/free-port.ts";
import type { LivekitAccess } from "../../../orchestrator/transports/livekit/tokens.ts";
import { startRealLivekit } from "../../standins/livekit-server.ts";
import { STUB, STUB_SHA256, testFolder } from "../../standins/photo-files.ts";
import { childrenOf, type Program, PROJECT, sightline, start } from "../programs.ts";

export const TOKEN = "only-for-this-test-of-metrics";

/** Every program that is scraped, as a process of its own. */
export interface Stack {
  /** `host:port` of each, by the name of its scrape job. */
  readonly targets: Readonly<Record<string, string>>;
  /** Address of the page. */
  readonly page: string;
  /** What a program exposes, read as Prometheus would. */
  exposition(job: string): Promise<string>;
  /** The LiveKit server, for callers. */
  readonly access: LivekitAccess;
  /** Kills an agent process, as if it had crashed. */
  killAgentProcess(): void;
  /** A folder that goes with the stack. */
  readonly folder: string;
  close(): Promise<void>;
}

/** How long programs have to come up, on a machine that does other things too. */
const UP_MS = 60_000;

/** Starts gateway, agent, gate, simulator, the engine's warm-up and a LiveKit server on loopback. */
export async function startStack(): Promise<Stack> {
  const folder = testFolder();
  const programs: Program[] = [];
  const run = (program: Program): Program => {
    programs.push(program);
    return program;
  };
  const metricsPort = await freeTcpPort();
  const livekit = await startRealLivekit({ metricsPort });
  const simulator = run(sightline(["simulator", "--port", "0"]));
  const gate = run(sightline(["gate", "--port", "0", "--model", STUB, "--sha256", STUB_SHA256]));
  const engineUrl = await listening(simulator.stdout);
  const gateUrl = await listening(gate.stdout);
  const [gatewayPort, gatewayMetricsPort, agentPort, warmUpPort] = [
    await freeTcpPort(),
    await freeTcpPort(),
    await freeTcpPort(),
    await freeTcpPort(),
  ];
  const env = {
    LOCAL_ENGINE_URL: `${engineUrl}/v1`,
    GATE_URL: gateUrl,
    LIVEKIT_URL: livekit.url,
    LIVEKIT_API_KEY: livekit.apiKey,
    LIVEKIT_API_SECRET: livekit.apiSecret,
    METRICS_TOKEN: TOKEN,
    DATA_DIR: join(folder.path, "data"),
    PORT: String(gatewayPort),
    GATEWAY_METRICS_PORT: String(gatewayMetricsPort),
    AGENT_PORT: String(agentPort),
  };
  const gateway = run(sightline(["gateway"], { env }));
  const agent = run(sightline(["agent"], { env }));
  const warmUp = join(PROJECT, "inference/vllm/warm_up.py");
  const watch = ["watch", "--engine", engineUrl, "--listen", `127.0.0.1:${warmUpPort}`];
  run(start("python3", [warmUp, ...watch, "--state", join(folder.path, "warm-up.json")]));
  const page = await listening(gateway.stdout);
  await vi.waitFor(() => said(agent, /"agent"/), { timeout: UP_MS, interval: 50 });

  const targets: Readonly<Record<string, string>> = {
    gateway: `127.0.0.1:${gatewayMetricsPort}`,
    agent: `127.0.0.1:${agentPort}`,
    gate: new URL(gateUrl).host,
    vllm: new URL(engineUrl).host,
    "warm-up": `127.0.0.1:${warmUpPort}`,
    livekit: `127.0.0.1:${metricsPort}`,
  };
  return {
    targets,
    page,
    access: livekit,
    killAgentProcess() {
      const [child] = childrenOf(agent.child.pid ?? 0);
      if (child === undefined) throw new Error("the agent has no process");
      process.kill(child, "SIGKILL");
    },
    folder: folder.path,
    async exposition(job) {
      const answer = await fetch(`http://${targets[job]}/metrics`, {
        headers: { authorization: `Bearer ${TOKEN}` },
      });
      if (!answer.ok) throw new Error(`${job} answers ${answer.status}`);
      // Prometheus 3 refuses what does not say in which format it is.
      const type = answer.headers.get("content-type") ?? "";
      if (!type.startsWith("text/plain; version=")) throw new Error(`${job} sends ${type}`);
      return answer.text();
    },
    async close() {
      for (const { child } of programs) child.kill("SIGTERM");
      await Promise.all(programs.map(({ ended }) => ended));
      await livekit.close();
      folder.remove();
    },
  };
}

/** The address in a program's first line. */
async function listening(stdout: () => string): Promise<string> {
  return vi.waitFor(
    () => {
      const { listening: url } = JSON.parse(stdout().split("\n")[0] ?? "") as { listening: string };
      return url;
    },
    { timeout: UP_MS, interval: 50 },
  );
}

function said({ stdout, stderr }: Program, what: RegExp): void {
  if (!what.test(stdout())) throw new Error(`it said ${stdout()} ${stderr().slice(-1000)}`);
}
