import { dispose } from "@livekit/rtc-node";
import type { Logger } from "../../log.ts";
import type { Agent, DrainLimits } from "./agent.ts";
import { parseSupervisorWord, type AgentWord } from "./agent-words.ts";

/** The line to the supervisor: `process` of a child with an IPC channel. */
export interface SupervisorLine {
  send(word: AgentWord): void;
  onWord(listener: (message: unknown) => void): void;
  /** The supervisor is gone. */
  onLost(listener: () => void): void;
}

export interface AgentProcessOptions {
  readonly agent: Agent;
  readonly line: SupervisorLine;
  /** Aborts at SIGTERM or Ctrl-C. */
  readonly signal: AbortSignal;
  /** Resolves with a fault that nobody caught. */
  readonly fault: Promise<unknown>;
  /** How long calls go on after a signal or the word to drain. */
  readonly drainMs: number;
  readonly log: Logger;
  /** What the process measures besides its numbers; anything that JSON can carry. */
  readonly metrics?: () => Promise<unknown>;
}

const REPORT_MS = 2000;
/** Whose place another process has taken serves its calls to their end, but not for ever. */
const RETIRE: DrainLimits = { withinMs: 2 * 60 * 60 * 1000, announced: false };
/** From the word to end until all calls are cut. */
const END_MS = 4000;

/**
 * Runs an agent process until its supervisor, a signal or a fault ends it, and its last call is over.
 * Resolves with the exit code.
 */
export async function runAgentProcess(options: AgentProcessOptions): Promise<number> {
  const { agent, line, log } = options;
  const over = Promise.withResolvers<number>();
  let leaving: "retire" | "drain" | undefined;
  let code = 0;

  /** A drain may follow a retirement: the earlier limit counts. */
  const leave = (how: "retire" | "drain"): void => {
    if (leaving === "drain" || leaving === how) return;
    leaving = how;
    log.info({ calls: agent.numbers().calls, how }, "taking no more calls");
    agent.drain(how === "retire" ? RETIRE : { withinMs: options.drainMs, announced: true }).then(
      () => over.resolve(code),
      () => over.resolve(1),
    );
  };
  const end = (): void => {
    leaving = "drain";
    setTimeout(() => over.resolve(1), END_MS).unref();
    agent.end("shutdown").then(
      () => over.resolve(0),
      () => over.resolve(1),
    );
  };

  line.onWord((message) => {
    const word = parseSupervisorWord(message);
    switch (word?.type) {
      case "retire":
      case "drain":
        leave(word.type);
        break;
      case "end":
        end();
        break;
      case "take-up": {
        const { call } = word;
        agent.takeUp(call).then(
          (done) => line.send({ type: "taken-up", call: call.id, done }),
          () => line.send({ type: "taken-up", call: call.id, done: false }),
        );
        break;
      }
      case undefined:
        break;
    }
  });
  // Without its supervisor nobody would take its calls up: it finishes them. Told twice, it ends.
  line.onLost(() => (leaving === "drain" ? end() : leave("drain")));
  options.signal.addEventListener("abort", () => leave("drain"), { once: true });
  if (options.signal.aborted) leave("drain");
  void options.fault.then((fault) => {
    log.fatal(describeFault(fault), "unexpected fault; another process is to take the place");
    line.send({ type: "retiring" });
    code = 1;
    leave("retire");
  });
  void agent.registered.then(() => line.send({ type: "ready" }));
  const reporting = setInterval(() => void report(), REPORT_MS);
  const report = async (): Promise<void> => {
    const metrics = await options.metrics?.();
    line.send({ type: "numbers", numbers: agent.numbers(), ...(metrics !== undefined && { metrics }) });
  };

  const exitCode = await over.promise;
  clearInterval(reporting);
  // What it counted since the last report would be lost.
  await report().catch(() => {});
  return exitCode;
}

/**
 * Whether a rejection that nobody caught is rtc-node's own: its event handlers reject when events of a
 * room come in an order that they do not expect. The room goes on, so the process does too.
 */
export function isRoomEventFault(reason: unknown): boolean {
  return reason instanceof Error && /@livekit\/rtc-node\/dist\//.test(firstFrame(reason));
}

/** A fault's name and where it was; its message may hold what somebody said. */
function describeFault(fault: unknown): { readonly fault: string; readonly at?: readonly string[] } {
  if (!(fault instanceof Error)) return { fault: typeof fault };
  const at = (fault.stack ?? "").split("\n").filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line));
  return { fault: fault.name, at: at.map((line) => line.trim()) };
}

function firstFrame({ stack = "" }: Error): string {
  return /^\s+at .*$/m.exec(stack)?.[0] ?? "";
}

/** Ends the native part of rooms; without it a process that was in one does not end. */
export async function releaseRooms(): Promise<void> {
  await dispose();
}
