import type { Room } from "@livekit/rtc-node";

/** Waits for a caller who is not there. */
export interface Absence {
  /** The caller is not there from now on. `mayReturn`: their connection broke; they are waited for until `onLost`. */
  begin(mayReturn: boolean, onLost: () => void): void;
  /** Their call is over: they may only load their page again, until `onGone`. */
  linger(onGone: () => void): void;
  /** There is nobody to wait for. */
  end(): void;
}

const GRACE_MS = 20_000;
/** Counted from when the caller went. */
const LINGER_MS = 15_000;
/**
 * A server closes a room without callers after its departure timeout (default 20 s), and we go before:
 * of a room that the server ends, the native side keeps the published voice for the life of the process
 * (livekit/rust-sdks#1443).
 */
const GO_BEFORE_MS = 5000;

/** @param graceMs how long a caller whose connection broke is waited for; default: 20 s */
export function createAbsence(room: () => Room | undefined, graceMs?: number): Absence {
  let timer: NodeJS.Timeout | undefined;
  /** When the caller was last seen to go. */
  let goneAtMs = 0;
  const end = (): void => clearTimeout(timer);
  return {
    begin(mayReturn, onLost) {
      end();
      goneAtMs = performance.now();
      if (mayReturn) timer = setTimeout(onLost, graceMs ?? atMost(GRACE_MS, room()));
    },
    linger(onGone) {
      end();
      timer = setTimeout(onGone, atMost(LINGER_MS, room()) - (performance.now() - goneAtMs));
    },
    end,
  };
}

/** So long, or as long as the server leaves a room without callers open, less a margin. */
function atMost(waitMs: number, room: Room | undefined): number {
  const departureMs = 1000 * (room?.departureTimeout ?? 0);
  return departureMs > 0 ? Math.max(0, Math.min(waitMs, departureMs - GO_BEFORE_MS)) : waitMs;
}
