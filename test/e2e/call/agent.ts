import { once } from "node:events";
import { type Program, sightline } from "../programs.ts";

const AGENT_READY_MS = 30_000;

/** Starts `./sightline agent` and waits until LiveKit knows it. */
export async function startAgent(
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Program> {
  const agent = sightline(["agent", ...args], { env: environment });
  const givenUpAtMs = performance.now() + AGENT_READY_MS;
  while (!agent.stdout().includes('"agent"')) {
    if (agent.child.exitCode !== null || performance.now() > givenUpAtMs) {
      throw new Error(`the agent is not ready: ${agent.stdout()}\n${agent.stderr().slice(-4000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return agent;
}

/** Asks it to end, and kills it when it does not. */
export async function stopAgent(agent: Program): Promise<void> {
  if (agent.child.exitCode !== null || agent.child.signalCode !== null) return;
  const closed = once(agent.child, "close");
  agent.child.kill("SIGTERM");
  const kill = setTimeout(() => agent.child.kill("SIGKILL"), 8000);
  await closed;
  clearTimeout(kill);
}
