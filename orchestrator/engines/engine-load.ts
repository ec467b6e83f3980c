import { ENGINE_QUEUE, EngineError } from "../errors.ts";
import type { EngineState } from "../turn/ports.ts";
import { HttpFault } from "./http-fault.ts";
import { createShortestFirst } from "./shortest-first.ts";

/** How often a server is asked how many requests wait there. */
const POLL_MS = 1000;
/** It is asked for as long after somebody wanted to know. */
const WANTED_MS = 10_000;
/** An answer that is no faster is not waited for. */
const POLL_LIMIT_MS = 900;
/** An answer has its first clause by then, and is ahead of its voice: a step that takes longer is not heard. */
const BEGINS_MS = 300;

/** A question under way. */
export interface QuestionLoad {
  /** Its first token is there. */
  answered(): void;
  end(): void;
}

/** What the calls of a process ask of one engine at the same time. */
export interface EngineLoad {
  state(): EngineState;
  question(): QuestionLoad;
  /**
   * Runs a prefill, one at a time. One in the background runs only when no answer is at its beginning,
   * and no call has less of it left; it is aborted when a question or another prefill comes.
   *
   * @throws {EngineError} `engine-queue` when the engine has others to serve.
   */
  prefill<Result>(
    options: {
      readonly background: { readonly call: string; readonly leftTokens: number } | undefined;
      readonly signal: AbortSignal;
    },
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result>;
  /** Learns from a fault. */
  failed(fault: unknown): void;
  close(): void;
}

/**
 * Creates the load of one engine.
 *
 * @param readWaiting how many requests wait at the server, those of other processes among them; a
 * failure to read it means nothing.
 */
export function createEngineLoad(
  engine: string,
  readWaiting: (signal: AbortSignal) => Promise<number>,
): EngineLoad {
  /** Questions without a first token, and all that are under way. */
  let asking = 0;
  let answering = 0;
  /** When the youngest answer has begun well enough. */
  let begunAtMs = -Infinity;
  let prefill:
    | { readonly background: boolean; readonly preempted: AbortController; readonly signal: AbortSignal }
    | undefined;
  const shortest = createShortestFirst();
  let usedAtMs = performance.now();
  let mostPictures: number | undefined;
  /** Requests of others at the server. */
  let waiting = 0;
  let wantedAtMs = -Infinity;
  let polling: NodeJS.Timeout | undefined;
  let closed = false;

  const poll = async (): Promise<void> => {
    if (performance.now() - wantedAtMs > WANTED_MS) {
      stopPolling();
      return;
    }
    const atServer = await readWaiting(AbortSignal.timeout(POLL_LIMIT_MS)).catch(() => 0);
    waiting = Math.max(0, atServer - asking - (current() ? 1 : 0));
  };

  const stopPolling = (): void => {
    clearInterval(polling);
    polling = undefined;
    waiting = 0;
  };

  const wanted = (): void => {
    wantedAtMs = performance.now();
    if (polling || closed) return;
    polling = setInterval(() => void poll(), POLL_MS);
    polling.unref();
    void poll();
  };

  /** One that was stopped is in nobody's way. */
  const current = () => (prefill?.signal.aborted === false ? prefill : undefined);

  const hasRoom = (background: boolean): boolean => {
    if (asking > 0 || waiting > 0) return false;
    const running = current();
    if (!background) return !running || running.background;
    return !running && (answering === 0 || performance.now() >= begunAtMs);
  };

  return {
    state() {
      wanted();
      const isIdle = answering === 0 && !current();
      return {
        hasRoom: hasRoom(false),
        idleMs: isIdle ? performance.now() - usedAtMs : 0,
        mostPictures,
      };
    },
    question() {
      let isAnswered = false;
      asking += 1;
      answering += 1;
      if (prefill?.background) prefill.preempted.abort(queueFault(engine));
      const answered = (): void => {
        if (isAnswered) return;
        isAnswered = true;
        asking -= 1;
        begunAtMs = performance.now() + BEGINS_MS;
      };
      return {
        answered,
        end() {
          answered();
          answering -= 1;
          usedAtMs = performance.now();
        },
      };
    },
    async prefill({ background, signal }, work) {
      const isFirst = !background || shortest.mayRun(background.call, background.leftTokens);
      if (!isFirst || !hasRoom(background !== undefined)) throw queueFault(engine);
      prefill?.preempted.abort(queueFault(engine));
      const preempted = new AbortController();
      const mine = {
        background: background !== undefined,
        preempted,
        signal: AbortSignal.any([signal, preempted.signal]),
      };
      prefill = mine;
      try {
        return await work(mine.signal);
      } finally {
        usedAtMs = performance.now();
        if (prefill === mine) prefill = undefined;
      }
    },
    failed(fault) {
      if (fault instanceof HttpFault) mostPictures = fault.mostPictures ?? mostPictures;
    },
    close() {
      closed = true;
      stopPolling();
    },
  };
}

/** Reads the waiting requests from the metrics of a vLLM; 0 when they say nothing of it. */
export function waitingIn(metrics: string): number {
  const found = metrics.matchAll(/^vllm:num_requests_waiting(?:\{.*\})? (\d+(?:\.\d+)?)\s*$/gmu);
  return [...found].reduce((sum, [, count]) => sum + Number(count), 0);
}

function queueFault(engine: string): EngineError {
  return new EngineError(engine, "at-capacity", ENGINE_QUEUE, {
    message: `${engine} engine: it has others to serve, nothing is computed ahead`,
  });
}
