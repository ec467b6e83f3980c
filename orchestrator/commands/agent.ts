import { parseArgs } from "node:util";
import type { AgentConfig, LivekitConfig } from "../config.ts";
import { ConfigError, UsageError } from "../errors.ts";
import { within } from "../lib/within.ts";
import type { Logger } from "../log.ts";
import { ownCommand } from "../project.ts";
import type { Call, CallOptions } from "../session/call.ts";
import type { CallStore } from "../store/calls.ts";
import { startAgentChild } from "../transports/livekit/agent-child.ts";
import type { AgentNumbers } from "../transports/livekit/agent.ts";
import type { SupervisorLine } from "../transports/livekit/agent-process.ts";
import { createHandOver } from "../transports/livekit/hand-over.ts";
import { createRoomService } from "../transports/livekit/room-service.ts";
import { createSupervisor } from "../transports/livekit/supervisor.ts";
import { createSweep } from "../transports/livekit/sweep.ts";
import { aborted } from "./aborted.ts";
import { EXIT } from "./exit.ts";
import { writeLine, type Command, type Io } from "./io.ts";
import { uncaughtFault } from "./uncaught-fault.ts";

/** What a supervisor and an agent process have in common. */
interface SharedParts {
  readonly livekit: LivekitConfig | undefined;
  readonly agent: Pick<AgentConfig, "name" | "processes" | "maxCalls" | "recycleMb" | "drainMs">;
  readonly store: CallStore;
  readonly log: Logger;
  close(): Promise<void>;
}

/** What a supervisor needs: no engine, no voice. */
export interface SupervisorParts extends SharedParts {
  /** The environment of the agent processes: all of it, keys too. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** No new call is taken from now on. */
  onDrain?(): void;
  onNumbers?(process: string, numbers: AgentNumbers, metrics: unknown): void;
  /** The process has ended. */
  onGone?(process: string, crashed: boolean): void;
  /** A call ended with its process. */
  onCallLost?(): void;
}

/** What an agent process needs. */
export interface AgentParts extends SharedParts {
  readonly startCall: (options: CallOptions) => Promise<Call>;
  /** The process's metrics as JSON, for whoever merges them. */
  metrics?(): Promise<unknown>;
}

export interface AgentCommandDeps {
  supervisor(): Promise<SupervisorParts>;
  agent(): Promise<AgentParts>;
}

const HELP = `usage: sightline agent [--processes N]

Takes calls: registers with the LiveKit server at LIVEKIT_URL as the agent AGENT_NAME, in N processes of
up to AGENT_MAX_CALLS calls each. A process that crashes is replaced, and its calls go on in another.
Prints {"agent": NAME, "processes": N} once it takes calls. SIGTERM lets running calls go on for
AGENT_DRAIN_MS, and ends with the last of them; a second one ends them at once.`;

/** What the native part of rooms may take to end. */
const RELEASE_MS = 2000;

/** Creates the command; what it is made of comes from the composition root. */
export function createAgentCommand(deps: AgentCommandDeps): Command {
  return async (args, io) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        processes: { type: "string" },
        child: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) {
      writeLine(io.stdout, HELP);
      return EXIT.done;
    }
    if (values.child !== undefined) return serve(values.child, deps, io);
    return supervise(toProcesses(values.processes), await deps.supervisor(), io);
  };
}

/** Keeps the agent processes, and sees to rooms that are left without an agent. */
async function supervise(count: number | undefined, parts: SupervisorParts, io: Io): Promise<number> {
  const { agent, log } = parts;
  if (!parts.livekit) await parts.close();
  const livekit = required(parts.livekit);
  const processes = count ?? agent.processes;
  const service = createRoomService(livekit);
  const supervisor = createSupervisor({
    processes,
    store: parts.store,
    log,
    start: (process, onWord) =>
      startAgentChild(ownCommand("agent", "--child", process), { environment: parts.environment, onWord }),
    onNumbers: (process, numbers, metrics) => parts.onNumbers?.(process, numbers, metrics),
    onGone: (process, crashed) => parts.onGone?.(process, crashed),
    onCallLost: () => parts.onCallLost?.(),
    handOver: createHandOver({ service, agentName: agent.name }),
  });
  const sweep = createSweep({ service, agentName: agent.name, log });
  void supervisor.ready.then(() => writeLine(io.stdout, JSON.stringify({ agent: agent.name, processes })));
  io.onForced(() => supervisor.end());
  await aborted(io.signal);
  parts.onDrain?.();
  await sweep.close();
  await supervisor.drain();
  await parts.close();
  return EXIT.done;
}

/** Serves calls in this process, as a child of a supervisor. */
async function serve(name: string, deps: AgentCommandDeps, io: Io): Promise<number> {
  const { isRoomEventFault, releaseRooms, runAgentProcess } =
    await import("../transports/livekit/agent-process.ts");
  let log: Logger | undefined;
  const fault = uncaughtFault((reason) => {
    if (!isRoomEventFault(reason)) return false;
    log?.error("an event of a room could not be handled");
    return true;
  });
  const parts = await deps.agent();
  log = parts.log;
  const line = supervisorLine();
  const { createAgent } = await import("../transports/livekit/agent.ts");
  const agent = createAgent({
    access: required(parts.livekit),
    agent: parts.agent,
    process: name,
    store: parts.store,
    startCall: parts.startCall,
    log,
    onRetire: () => line.send({ type: "retiring" }),
  });
  const metrics = async (): Promise<unknown> => parts.metrics?.();
  const { drainMs } = parts.agent;
  const code = await runAgentProcess({ agent, line, signal: io.signal, fault, drainMs, log, metrics });
  await parts.close();
  await within(releaseRooms(), RELEASE_MS, undefined);
  process.exit(code);
}

/** The IPC channel to the supervisor; without one, nobody listens. */
function supervisorLine(): SupervisorLine {
  return {
    send(word) {
      if (process.connected) process.send?.(word, undefined, undefined, () => {});
    },
    onWord: (listener) => void process.on("message", listener),
    onLost: (listener) => void process.on("disconnect", listener),
  };
}

function required(livekit: LivekitConfig | undefined): LivekitConfig {
  if (livekit) return livekit;
  throw new ConfigError([
    "LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET: not set; expected the address and key of a LiveKit server",
  ]);
}

function toProcesses(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 64) return count;
  throw new UsageError(`--processes: got ${JSON.stringify(text)}; expected 1 to 64`);
}
