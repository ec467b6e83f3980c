import { randomUUID } from "node:crypto";
import { sleep } from "../../lib/abortable.ts";
import { within } from "../../lib/within.ts";
import type { Logger } from "../../log.ts";
import type { CallStore, StoredCall } from "../../store/calls.ts";
import type { AgentChild } from "./agent-child.ts";
import type { AgentNumbers } from "./agent.ts";
import type { AgentWord } from "./agent-words.ts";

export interface SupervisorOptions {
  readonly processes: number;
  /** Starts an agent process of this name. */
  start(process: string, onWord: (word: AgentWord) => void): AgentChild;
  readonly store: CallStore;
  readonly log: Logger;
  onNumbers?(process: string, numbers: AgentNumbers, metrics: unknown): void;
  /** A process has ended; what it reported last stays counted. */
  onGone?(process: string, crashed: boolean): void;
  /** A call ended with its process, and no other took it up. */
  onCallLost?(): void;
  /** Gives a call to another agent: its process died in a drain, and no other here can take it up. False: none came. */
  handOver(call: StoredCall, signal: AbortSignal): Promise<boolean>;
  readonly timing?: Partial<typeof TIMING>;
}

/** Keeps the agent processes of a machine. */
export interface Supervisor {
  /** Resolves when as many processes as wanted are registered. */
  readonly ready: Promise<void>;
  /** No new calls; resolves when the last call, and with it the last process, has ended. */
  drain(): Promise<void>;
  /** Ends all calls and processes within five seconds. */
  end(): Promise<void>;
}

const TIMING = {
  /** A process that ends sooner than this crashes at its start: it is started again with a wait. */
  settledMs: 10_000,
  backoffMs: 200,
  maxBackoffMs: 10_000,
  /** A process has so long to enter the room of a call it is to take up. */
  takeUpMs: 4000,
  /** The server keeps a caller's room so long without its agent: later there is nobody to talk to. */
  orphanMs: 30_000,
  /** Who was told to end and has not by then hangs, and is killed: all is over within five seconds. */
  endMs: 4500,
};
/** A call that ended so many processes is not given to another. */
const MAX_LIVES = 3;
/** A call that has lasted so long since its last crash was not its cause. */
const FORGOTTEN_MS = 600_000;

interface Running {
  readonly name: string;
  readonly child: AgentChild;
  ready: boolean;
  retired: boolean;
  calls: number;
  readonly answers: Map<string, (done: boolean) => void>;
}

/**
 * Starts the processes, and again whoever ends; the calls of one that crashed go on in another, and of one
 * that crashes in a drain in another agent, when no process is left here.
 */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { log, store } = options;
  const timing = { ...TIMING, ...options.timing };
  const running = new Set<Running>();
  /** Nothing new is started. */
  const stopping = new AbortController();
  /** Calls are cut. */
  const ending = new AbortController();
  const ready = Promise.withResolvers<void>();
  const lives = new Map<string, { readonly count: number; readonly atMs: number }>();
  const waiting = new Set<() => void>();
  const slots = new Set<Promise<void>>();
  const rescues = new Set<Promise<void>>();

  const onWord = (process: Running, word: AgentWord): void => {
    switch (word.type) {
      case "ready":
        process.ready = true;
        for (const wake of waiting) wake();
        if ([...running].filter((one) => one.ready).length >= options.processes) ready.resolve();
        break;
      case "retiring":
        void retire(process);
        break;
      case "taken-up":
        process.answers.get(word.call)?.(word.done);
        break;
      case "numbers":
        process.calls = word.numbers.calls;
        options.onNumbers?.(process.name, word.numbers, word.metrics);
        break;
    }
  };

  /** The replacement first, so that calls find somebody in between. */
  const retire = async (process: Running): Promise<void> => {
    if (process.retired || stopping.signal.aborted) return;
    process.retired = true;
    log.info({ process: process.name }, "agent process retires; another takes its place");
    const others = new Set(running);
    occupy();
    const isReplaced = (): boolean => [...running].some((one) => one.ready && !others.has(one));
    while (running.has(process) && !isReplaced() && !stopping.signal.aborted) await somebodyReady();
    if (!stopping.signal.aborted) process.child.send({ type: "retire" });
  };

  /** Resolves when a process gets ready, or after a while. */
  const somebodyReady = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.add(resolve);
    await Promise.race([promise, sleep(timing.takeUpMs, stopping.signal).catch(() => {})]);
    waiting.delete(resolve);
  };

  /** One process from start to end; true when it served for a while. */
  const run = async (): Promise<{ readonly settled: boolean; readonly retired: boolean }> => {
    const name = randomUUID();
    const startedAtMs = performance.now();
    const child = options.start(name, (word) => onWord(process, word));
    const process: Running = { name, child, ready: false, retired: false, calls: 0, answers: new Map() };
    running.add(process);
    if (stopping.signal.aborted) child.send({ type: "drain" });
    const how = await child.ended;
    running.delete(process);
    for (const answer of process.answers.values()) answer(false);
    const crashed = how !== "exit 0";
    options.onGone?.(name, crashed);
    if (crashed) {
      log.error({ process: name, how }, "agent process crashed");
      const rescued: Promise<void> = rescue(name).finally(() => rescues.delete(rescued));
      rescues.add(rescued);
    }
    return { settled: performance.now() - startedAtMs > timing.settledMs, retired: process.retired };
  };

  const keep = async (): Promise<void> => {
    for (let failures = 0; !stopping.signal.aborted; failures++) {
      const { settled, retired } = await run();
      if (retired) return;
      if (settled) failures = 0;
      // After a first crash at once: its calls are waiting.
      const backoffMs = failures === 0 ? 0 : Math.min(timing.backoffMs * 2 ** failures, timing.maxBackoffMs);
      await sleep(backoffMs, stopping.signal).catch(() => {});
    }
  };

  const occupy = (): void => {
    const slot: Promise<void> = keep().finally(() => slots.delete(slot));
    slots.add(slot);
  };

  /** Gives the calls of a process that crashed to others. */
  const rescue = async (name: string): Promise<void> => {
    const orphans = await store.ofProcess(name).catch(() => []);
    await Promise.all(orphans.map((orphan) => place(orphan)));
  };

  const place = async (orphan: StoredCall): Promise<void> => {
    const sinceMs = performance.now();
    const life = (lives.get(orphan.id)?.count ?? 0) + 1;
    for (const [id, { atMs }] of lives) if (sinceMs - atMs > FORGOTTEN_MS) lives.delete(id);
    lives.set(orphan.id, { count: life, atMs: sinceMs });
    const mayGoOn = (): boolean => life < MAX_LIVES && !ending.signal.aborted;
    while (mayGoOn() && performance.now() - sinceMs < timing.orphanMs) {
      const taker = await nextTaker();
      if (!taker && stopping.signal.aborted) break;
      if (!taker) continue;
      if (await isElsewhere(orphan)) return;
      if (await ask(taker, orphan)) {
        log.info({ call: orphan.id, afterMs: Math.round(performance.now() - sinceMs) }, "call taken up");
        return;
      }
      // Who drains may never be able to, and a caller does not wait for long.
      if (stopping.signal.aborted) break;
      await sleep(timing.backoffMs, ending.signal).catch(() => {});
    }
    const isLeft = mayGoOn() && stopping.signal.aborted;
    if (isLeft) {
      if (await isElsewhere(orphan)) return;
      log.warn({ call: orphan.id }, "call left to another agent");
      if (await options.handOver(orphan, ending.signal).catch(() => false)) return;
    }
    log.error({ call: orphan.id }, "call lost with its process");
    options.onCallLost?.();
    // An agent that comes too late to be counted still finds what was said.
    if (!isLeft) store.remove(orphan.id, orphan.process);
  };

  /** Another machine's process has taken the call up: a second one would talk over it. */
  const isElsewhere = async ({ id, room, process }: StoredCall): Promise<boolean> => {
    const found = await store.ofRoom(room).catch(() => undefined);
    return found !== undefined && found.id === id && found.process !== process;
  };

  /** The living process with the fewest calls; waits a moment for one that is starting. */
  const nextTaker = async (): Promise<Running | undefined> => {
    const able = [...running].filter((one) => one.ready && !one.retired);
    if (able.length === 0) await somebodyReady();
    return able.sort((a, b) => a.calls - b.calls)[0];
  };

  const ask = async (taker: Running, call: StoredCall): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    taker.answers.set(call.id, resolve);
    // Counted at once, so that the next orphan goes to another process.
    taker.calls++;
    taker.child.send({ type: "take-up", call });
    const done = await within(promise, timing.takeUpMs, false);
    taker.answers.delete(call.id);
    return done;
  };

  for (let slot = 0; slot < options.processes; slot++) occupy();

  const allEnded = async (): Promise<void> => {
    while (slots.size > 0) await Promise.all(slots);
  };

  return {
    ready: ready.promise,
    async drain() {
      stopping.abort();
      for (const { child } of running) child.send({ type: "drain" });
      await allEnded();
      await Promise.all(rescues);
    },
    async end() {
      stopping.abort();
      ending.abort();
      for (const { child } of running) child.send({ type: "end" });
      const cut = setTimeout(() => {
        for (const { child } of running) child.kill();
      }, timing.endMs);
      await allEnded();
      clearTimeout(cut);
    },
  };
}
