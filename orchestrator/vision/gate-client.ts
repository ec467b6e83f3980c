import { randomUUID } from "node:crypto";
import { orAbort, sleep } from "../lib/abortable.ts";
import type { Logger } from "../log.ts";
import { isGateDown } from "../turn/gate-down.ts";
import type { Gate } from "../turn/ports.ts";
import type { Frame, Verdict } from "../turn/turn.ts";
import { unknownVerdict } from "./gate-answer.ts";
import { createGateClient, type GateHealth } from "./gate-http.ts";
import { GATE_LIMITS, type GateLimits } from "./gate-limits.ts";

/** A gate somewhere: a service, or a child process. */
export interface GateConnection {
  /** For photos and one stream. Never throws, and never answers `clear` on a fault. */
  readonly gate: Gate;
  /** A gate for a stream of its own: of each stream only the latest frame waits to be judged. */
  forStream(): Gate;
  /** True as soon as the gate can judge; false when it cannot, is too late, or the signal aborts. Never throws. */
  ready(signal: AbortSignal): Promise<boolean>;
  /** Ends everything under way as `unknown`; afterwards nothing is left open. */
  close(): Promise<void>;
}

const HEALTH_EVERY_MS = 20;

/** Uses a gate service that somebody else runs, at `http://host:port`. */
export function connectGate(
  url: string,
  options: { readonly limits?: GateLimits; readonly log?: Logger } = {},
): GateConnection {
  const limits = options.limits ?? GATE_LIMITS;
  const client = createGateClient(url, { limits });
  const closed = new AbortController();
  return {
    ...toGates((frame, stream) => client.judge(frame, stream)),
    async ready(signal) {
      const health = await untilSettled(() => client.health(), limits.readyMs, [signal, closed.signal]);
      if (health !== "ready") options.log?.warn({ health }, "gate not ready");
      return health === "ready";
    },
    async close() {
      closed.abort();
      await client.close();
    },
  };
}

/** The gates of a connection, each with a stream name of its own. */
export function toGates(
  judge: (frame: Frame, stream: string) => Promise<Verdict>,
): Pick<GateConnection, "gate" | "forStream"> {
  const forStream = (): Gate => {
    const stream = randomUUID();
    return memoized((frame) => judge(frame, stream));
  };
  return { gate: forStream(), forStream };
}

/** Asks for the health until it is final, for at most `limitMs`, after which it is `starting` still. */
export async function untilSettled(
  health: () => Promise<GateHealth>,
  limitMs: number,
  signals: readonly AbortSignal[],
): Promise<GateHealth> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  const signal = AbortSignal.any([...signals, limit.signal]);
  try {
    while (!signal.aborted) {
      const now = await orAbort(health(), signal);
      if (now !== "starting") return now;
      await sleep(HEALTH_EVERY_MS, signal);
    }
    return "starting";
  } catch {
    return "starting";
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The same frame is judged once and gets the same promise; only a judgement that failed may be tried
 * again. An abort of the call that began it ends the wait as `unknown`.
 */
function memoized(judge: (frame: Frame) => Promise<Verdict>): Gate {
  const verdicts = new WeakMap<Frame, Promise<Verdict>>();
  return (frame, signal) => {
    const known = verdicts.get(frame);
    if (known) return known;
    const verdict = judgeUnlessAborted(judge, frame, signal).then((verdict) => {
      if (isGateDown(verdict.reason)) verdicts.delete(frame);
      return verdict;
    });
    verdicts.set(frame, verdict);
    return verdict;
  };
}

async function judgeUnlessAborted(
  judge: (frame: Frame) => Promise<Verdict>,
  frame: Frame,
  signal: AbortSignal,
): Promise<Verdict> {
  const stopped = unknownVerdict(frame, "superseded");
  if (signal.aborted) return stopped;
  let stop = (): void => {};
  const aborted = new Promise<Verdict>((resolve) => {
    stop = () => resolve(stopped);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([judge(frame), aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
