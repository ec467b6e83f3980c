import type { Logger } from "../../log.ts";
import { SpeechFault } from "../fault.ts";

/** What all calls of a process know of one service. Times are milliseconds of one monotonic clock. */
export interface Health {
  /** `refused`: our key, account or settings are wrong; nobody asks it before `retryAtMs`. */
  state(): "well" | "down" | "refused";
  /** When a call that has something better, or a refused key, may try it again. */
  retryAtMs(): number;
  /** A stream to it is about to be opened: until it is known how that went, no other call tries. */
  trying(): void;
  /** It answered. */
  worked(): void;
  /** It gave words: what it failed at before is forgiven. */
  transcribed(): void;
  /** It closed a stream at once, without a word. The third time in a row that means a refusal. */
  closedAtOnce(fault: SpeechFault): void;
  /** It refused some of the audio of a stream. The third time in a row without a word that means all. */
  refusedAudio(fault: SpeechFault): void;
  failed(fault: SpeechFault): void;
}

export interface HealthOptions {
  readonly service: string;
  readonly log?: Logger | undefined;
  readonly now: () => number;
}

/**
 * Creates the state of one service. A refusal makes it unusable, to be tried once a minute; any other
 * failure puts it behind the others for a time that doubles. Each change of state is one log line.
 */
export function createHealth({ service, log, now }: HealthOptions): Health {
  let state = "well" as "well" | "down" | "refused";
  let retryAtMs = 0;
  let waitMs = FIRST_WAIT_MS;
  let closings = 0;
  let refusals = 0;
  /** The attempt that was due is under way: how it goes counts. */
  let isTried = false;

  const change = (next: typeof state, fault?: SpeechFault): void => {
    if (state === next) return;
    state = next;
    const fields = { service, category: fault?.category, code: fault?.code };
    if (next === "well") log?.info({ service }, "speech recogniser is well again");
    else if (next === "down") log?.warn(fields, "speech recogniser is down");
    else log?.error(fields, "speech recogniser refuses our key, account or settings");
  };
  const failed = (fault: SpeechFault): void => {
    const isRefusal = fault.category === "unauthorized" || fault.category === "invalid-request";
    if (isRefusal) change("refused", fault);
    else if (state === "well") change("down", fault);
    else if (!isTried) return;
    isTried = false;
    retryAtMs = now() + (state === "refused" ? REFUSED_WAIT_MS : waitMs);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  };

  return {
    state: () => state,
    retryAtMs: () => retryAtMs,
    trying() {
      if (state === "well" || now() < retryAtMs) return;
      isTried = true;
      retryAtMs = now() + (state === "refused" ? REFUSED_WAIT_MS : TRY_MS);
    },
    worked() {
      change("well");
      closings = 0;
    },
    transcribed() {
      waitMs = FIRST_WAIT_MS;
      refusals = 0;
    },
    closedAtOnce(fault) {
      closings += 1;
      if (closings >= CLOSINGS) failed(new SpeechFault("unauthorized", "closed-at-once"));
      else failed(fault);
    },
    refusedAudio(fault) {
      refusals += 1;
      failed(refusals >= REFUSALS ? fault : new SpeechFault("server", fault.code));
    },
    failed,
  };
}

/** With the attempts that showed the refusal, at most five a minute. */
const REFUSED_WAIT_MS = 60_000;
const CLOSINGS = 3;
const REFUSALS = 3;
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60_000;
/** How long an attempt takes at most. */
const TRY_MS = 3000;
