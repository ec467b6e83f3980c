import { type ApiError, engineDead, shutDown } from "./api-error.ts";

/** An answer that a client waits for. */
export interface OpenAnswer {
  /** Ends it with an error, in the stream or as the whole answer. */
  fail(error: ApiError): void;
}

/** What a new request meets. `drained`: an answer without a word and without a finish_reason. */
export type Admission = "serve" | "drained" | ApiError;

export interface LifecycleOptions {
  /** Nothing moves any more in the engine. */
  readonly stop: () => void;
  readonly shutdownTimeoutMs: number;
  readonly shutdownLingerMs: number;
  readonly unfinishedAtShutdown: "hang" | "error";
}

/** Whether the engine behind the server lives, and what becomes of new and of running requests. */
export interface Lifecycle {
  readonly healthy: boolean;
  readonly openAnswers: number;
  admit(): Admission;
  open(answer: OpenAnswer): void;
  closed(answer: OpenAnswer): void;
  /** The engine process dies: open answers end with an error, health with 503. */
  kill(): void;
  /** SIGTERM. Resolves when the listener closes. */
  drain(): Promise<void>;
  /** Resolves when a killed engine's server gives up. */
  readonly dead: Promise<void>;
}

/** Starts with a healthy engine. */
export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const answers = new Set<OpenAnswer>();
  const state = { name: "up" as "up" | "draining" | "expired" | "frozen" | "dead", late: 0 };
  const died = Promise.withResolvers<void>();
  let onIdle: (() => void) | undefined;
  const isDead = (): boolean => state.name === "dead";
  const linger = (): Promise<void> => sleep(options.shutdownLingerMs);

  function kill(): void {
    if (isDead()) return;
    state.name = "dead";
    options.stop();
    for (const answer of answers) answer.fail(engineDead());
    void linger().then(died.resolve);
  }
  function leaveUnfinished(name: "frozen" | "expired"): void {
    if (options.unfinishedAtShutdown === "error") return kill();
    state.name = name;
    options.stop();
  }

  return {
    dead: died.promise,
    kill,
    get healthy() {
      return !isDead();
    },
    get openAnswers() {
      return answers.size;
    },
    admit() {
      switch (state.name) {
        case "up":
          return "serve";
        case "draining":
          state.late += 1;
          return state.late === 1 ? "drained" : shutDown();
        case "expired":
          return shutDown();
        case "frozen":
        case "dead":
          return engineDead();
      }
    },
    open: (answer) => void answers.add(answer),
    closed(answer) {
      answers.delete(answer);
      if (answers.size === 0) onIdle?.();
    },
    async drain() {
      if (state.name !== "up") return;
      if (options.shutdownTimeoutMs === 0) leaveUnfinished("frozen");
      else {
        state.name = "draining";
        const idle = new Promise<void>((resolve) => {
          onIdle = resolve;
          if (answers.size === 0) resolve();
        });
        await Promise.race([idle, sleep(options.shutdownTimeoutMs)]);
        if (answers.size > 0) leaveUnfinished("expired");
      }
      // a server whose engine ended its streams in time is gone at once
      if (!isDead()) await linger();
    },
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
