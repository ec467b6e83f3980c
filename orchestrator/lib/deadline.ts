/** Deadlines of one piece of work, and the signal that the first of them aborts. */
export interface Deadlines<Name extends string> {
  /** Aborts once: with a parent's reason or with that of the deadline that passed first. */
  readonly signal: AbortSignal;
  /** Starts or restarts a deadline. */
  start(name: Name, delayMs: number): void;
  stop(name: Name): void;
  isRunning(name: Name): boolean;
  /** Milliseconds until it passes, at least 0; Infinity when it is not running. */
  leftMs(name: Name): number;
  /** Stops every deadline and lets go of the parents; the signal stays as it is. */
  end(): void;
}

/** Creates named deadlines that share one signal with their parents: the first reason wins. */
export function createDeadlines<Name extends string>(
  parents: readonly AbortSignal[],
  toReason: (name: Name) => unknown,
): Deadlines<Name> {
  const controller = new AbortController();
  const running = new Map<Name, { readonly timer: NodeJS.Timeout; readonly atMs: number }>();

  const pass = (name: Name, timer: NodeJS.Timeout): void => {
    // Node runs timers before it reads sockets: after a stall, what has arrived gets its turn first.
    setImmediate(() => {
      if (running.get(name)?.timer !== timer) return;
      end();
      controller.abort(toReason(name));
    });
  };
  const stop = (name: Name): void => {
    clearTimeout(running.get(name)?.timer);
    running.delete(name);
  };
  const end = (): void => {
    for (const { timer } of running.values()) clearTimeout(timer);
    running.clear();
    for (const parent of parents) parent.removeEventListener("abort", abort);
  };
  const abort = (): void => {
    end();
    controller.abort(parents.find((parent) => parent.aborted)?.reason);
  };

  if (parents.some((parent) => parent.aborted)) abort();
  else for (const parent of parents) parent.addEventListener("abort", abort, { once: true });

  return {
    signal: controller.signal,
    start: (name, delayMs) => {
      stop(name);
      if (controller.signal.aborted) return;
      const timer = setTimeout(() => pass(name, timer), delayMs);
      running.set(name, { timer, atMs: performance.now() + delayMs });
    },
    stop,
    isRunning: (name) => running.has(name),
    leftMs: (name) => {
      const deadline = running.get(name);
      return deadline === undefined ? Infinity : Math.max(0, deadline.atMs - performance.now());
    },
    end,
  };
}
