import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen } from "cockatiel";
import { EngineError } from "../errors.ts";
import type { Logger } from "../log.ts";

/** Limit of one canary by default, in milliseconds. */
export const CANARY_LIMIT_MS = 2000;

export interface BreakerOptions {
  readonly engine: string;
  /** Asks the endpoint something small; throws an `EngineError` when it is still down. */
  readonly canary: (signal: AbortSignal) => Promise<void>;
  /** Consecutive failures that open it. */
  readonly failures?: number;
  /** Time between two canaries while it is open, in milliseconds. */
  readonly canaryEveryMs?: number;
  /** Limit of one canary, in milliseconds. */
  readonly canaryLimitMs?: number;
  readonly log?: Logger | undefined;
}

/** Keeps turns from waiting for an endpoint that is down. */
export interface Breaker {
  /** True while turns may ask the endpoint. */
  isClosed(): boolean;
  /** The failure that opened it last. */
  lastFailure(): EngineError | undefined;
  /** Starts to count a turn. */
  begin(): TurnOutcome;
  /** Stops the canary. */
  close(): void;
}

/** How a turn went; the first call counts. */
export interface TurnOutcome {
  succeeded(): void;
  /** Resolves when the breaker has taken it into account. Faults of our own making change nothing. */
  failed(fault: EngineError): Promise<void>;
  /** Stopped by the user: says nothing about the endpoint. */
  ignored(): void;
}

/**
 * Creates the breaker of an endpoint. It opens after consecutive failures, and closes when a canary,
 * not a user's turn, has found the endpoint well again.
 */
export function createBreaker(options: BreakerOptions): Breaker {
  const {
    engine,
    canary,
    failures = 3,
    canaryEveryMs = 10_000,
    canaryLimitMs = CANARY_LIMIT_MS,
    log,
  } = options;
  const policy = circuitBreaker(
    handleWhen((error) => error instanceof EngineError && isEndpointFailure(error)),
    // When it is tested again is the timer's matter: the policy goes by a clock that may be set back.
    { halfOpenAfter: -Infinity, breaker: new ConsecutiveBreaker(failures) },
  );
  const stopped = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let isOpen = false;
  let lastFailure: EngineError | undefined;

  const scheduleCanary = (): void => {
    clearTimeout(timer);
    if (stopped.signal.aborted) return;
    timer = setTimeout(() => void sendCanary(), canaryEveryMs).unref();
  };
  const sendCanary = async (): Promise<void> => {
    const limit = AbortSignal.timeout(canaryLimitMs);
    try {
      await policy.execute(() => ask(AbortSignal.any([limit, stopped.signal])));
    } catch {
      // Still down, or a fault of our own making, after which the policy closes all the same.
    }
    if (policy.state !== CircuitState.Closed) scheduleCanary();
  };
  const ask = async (signal: AbortSignal): Promise<void> => {
    try {
      await canary(signal);
    } catch (error) {
      throw error instanceof EngineError ? error : new EngineError(engine, "timeout", "canary");
    }
  };

  policy.onBreak(() => {
    scheduleCanary();
    if (isOpen) return;
    isOpen = true;
    log?.warn({ engine, category: lastFailure?.category, code: lastFailure?.code }, "engine breaker opened");
  });
  policy.onReset(() => {
    clearTimeout(timer);
    isOpen = false;
    log?.info({ engine }, "engine breaker closed");
  });

  return {
    isClosed: () => policy.state === CircuitState.Closed,
    lastFailure: () => lastFailure,
    begin() {
      const turn = Promise.withResolvers<void>();
      const counted = policy.execute(() => turn.promise).catch(() => {});
      return {
        succeeded: turn.resolve,
        failed: (fault) => {
          if (isEndpointFailure(fault)) lastFailure = fault;
          turn.reject(fault);
          return counted;
        },
        ignored: () => turn.reject(new Error("not counted")),
      };
    },
    close() {
      stopped.abort();
      clearTimeout(timer);
    },
  };
}

/** Requests that were wrong, and keys that were refused, come from a server that is up. */
function isEndpointFailure({ category, code }: EngineError): boolean {
  return category !== "invalid-request" && category !== "unauthorized" && code !== "breaker-open";
}
