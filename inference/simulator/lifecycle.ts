import { type ApiError, engineDead, shutDown } from "./api-error.ts";

/** An answer that a client waits for. */
export interface OpenAnswer {
  /** Ends it with an error, in the stream or as the whole answer. */
  fail(error: ApiError): void;
}

/** What a new request meets. `drained`: an answer without a word and without a finish_reason. */
export type Admission = "serve" | "drained" | ApiError;

/** Whether the engine behind the server lives, and what becomes of new and of running requests. */
export interface Lifecycle {
  readonly healthy: boolean;
  readonly openAnswers: number;
  admit(): Admission;
  open(answer: OpenAnswer): void;
  closed(answer: OpenAnswer): void;
  /** The engine process dies: open answers end with an error, health with 503. */
  kill(): void;
  /**
   * SIGTERM. With no time, nothing moves any more and open streams hang; else running answers may finish
   * for `timeoutMs`, and what is left then hangs. Resolves when the listener would close.
   */
  drain(timeoutMs: number): Promise<void>;
}

/** The engine's death is seen, and the listener closed, after about this long. */
const LINGER_MS = 200;

/** Starts as a healthy engine. `stop` freezes it. */
export function createLifecycle(stop: () => void): Lifecycle {
  const answers = new Set<OpenAnswer>();
  const state = { name: "up" as "up" | "draining" | "frozen" | "dead", late: 0 };
  let onIdle: (() => void) | undefined;
  const freeze = (name: "frozen" | "dead"): void => {
    state.name = name;
    stop();
  };
  return {
    get healthy() {
      return state.name !== "dead";
    },
    get openAnswers() {
      return answers.size;
    },
    admit() {
      if (state.name === "up") return "serve";
      if (state.name === "dead") return engineDead();
      state.late += 1;
      if (state.late > 1) return shutDown();
      return state.name === "draining" ? "drained" : engineDead();
    },
    open: (answer) => void answers.add(answer),
    closed(answer) {
      answers.delete(answer);
      if (answers.size === 0) onIdle?.();
    },
    kill() {
      if (state.name === "dead") return;
      freeze("dead");
      for (const answer of answers) answer.fail(engineDead());
    },
    async drain(timeoutMs) {
      if (state.name !== "up") return;
      if (timeoutMs === 0) {
        freeze("frozen");
        await new Promise((resolve) => void setTimeout(resolve, LINGER_MS));
        return;
      }
      state.name = "draining";
      if (answers.size > 0)
        await new Promise<void>((resolve) => {
          onIdle = resolve;
          setTimeout(resolve, timeoutMs).unref();
        });
      freeze("frozen");
    },
  };
}
