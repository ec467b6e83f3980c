import type { Logger } from "../log.ts";
import type { CallEvent } from "./call-events.ts";
import type { CallOptions } from "./call.ts";
import type { ReadAloud } from "./hearing/read-aloud.ts";

/**
 * Tells a call's transport what happens, until the call has ended. A transport that throws has lost an
 * event, and nothing else. What the caller's device is given to read aloud is noted.
 */
export function createEmit(options: {
  readonly onEvent: CallOptions["onEvent"];
  readonly readAloud: ReadAloud;
  /** Answers have no voice of ours: the device reads them. */
  readonly isRead: () => boolean;
  /** Aborts when the call ends. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}): (event: CallEvent) => void {
  const { onEvent, readAloud, isRead, signal, log } = options;
  return (event) => {
    if (signal.aborted) return;
    if ((event.type === "caption" || event.type === "hint") && isRead())
      readAloud.note(event.type === "hint" ? "hint" : event.turn, event.text);
    try {
      onEvent(event);
    } catch (error) {
      log.error({ event: event.type, fault: error instanceof Error ? error.name : "unknown" }, "event lost");
    }
  };
}
