import type { FastifyInstance } from "fastify";

export interface EndingOptions {
  readonly app: FastifyInstance;
  /** Connections on which nothing was asked. */
  readonly unused: { close(): void };
  /** How long what runs may go on. */
  readonly drainMs: number;
  /** Asks what runs to end now. */
  readonly cut: () => void;
}

export interface Ending {
  /** Resolves when nothing runs any more; `onFreed` is told when another can listen at the port. */
  begin(onFreed?: () => void): Promise<void>;
  /** What runs is cut now. */
  hurry(): void;
}

const LOOK_MS = 20;
/** By then a request has come over a connection that was just being opened. */
const UNUSED_MS = 500;
/** From a polite word to the end of its connection. */
const CUT_MS = 1000;

/**
 * How a server ends: it takes no more connections at once, lets requests and upgraded sockets go on until
 * they end by themselves, cuts those that are left when the time is over, and is gone with the last.
 */
export function createEnding({ app, unused, drainMs, cut }: EndingOptions): Ending {
  const timers: NodeJS.Timeout[] = [];
  let begun = false;
  let hurried = false;

  function cutNow(): void {
    cut();
    unused.close();
    timers.push(
      setTimeout(() => {
        unused.close();
        app.server.closeAllConnections();
      }, CUT_MS),
    );
  }
  return {
    async begin(onFreed) {
      const startedMs = performance.now();
      let freed = false;
      begun = true;
      const closed = app.close();
      // close() alone waits up to a minute for connections that are only kept alive
      const look = setInterval(() => {
        app.server.closeIdleConnections();
        if (performance.now() - startedMs > UNUSED_MS) unused.close();
        if (freed || app.server.listening) return;
        freed = true;
        onFreed?.();
      }, LOOK_MS);
      timers.push(look);
      if (hurried) cutNow();
      else timers.push(setTimeout(cutNow, drainMs));
      await closed.finally(() => {
        for (const timer of timers) clearTimeout(timer);
      });
    },
    hurry() {
      if (hurried) return;
      hurried = true;
      if (begun) cutNow();
    },
  };
}
