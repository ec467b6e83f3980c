/** Why a turn or an attempt was stopped; the first reason wins. */
export type StopReason = "barge-in" | "superseded";

/** The reason to abort a turn's signal with: an `AbortError` whose message is the stop's reason. */
export function stopped(reason: StopReason): DOMException {
  return new DOMException(reason, "AbortError");
}
