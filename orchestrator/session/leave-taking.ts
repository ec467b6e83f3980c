import { wait } from "../lib/wait.ts";
import type { Dialogue } from "./answering/dialogue.ts";
import type { Call } from "./call.ts";
import type { Notices } from "./voice/notices.ts";

/** A call that drains is over by then, whatever is being said. */
const DRAIN_MS = 10_000;
/** Longer than the sentence that says so. */
const GOODBYE_MS = 6000;
/** How often a quiet moment is looked for. */
const LOOK_MS = 20;

/** How a call ends when not its caller but the service ends it: with a word before, and without a cut one. */
export function createLeaveTaking(options: {
  readonly dialogue: Dialogue;
  readonly notices: Notices;
  /** Whether the caller is saying something that is to be answered. */
  readonly isAsking: () => boolean;
  /** Aborts when the call ends. */
  readonly signal: AbortSignal;
  readonly end: Call["end"];
}): Pick<Call, "announceEnd" | "drain"> {
  const { dialogue, notices, isAsking, signal } = options;
  const isBusy = (): boolean => !signal.aborted && (isAsking() || dialogue.live() !== undefined);
  return {
    async announceEnd() {
      while (isBusy()) await wait(LOOK_MS);
      if (!signal.aborted) dialogue.say(notices.text("ending-soon"), "notice");
    },
    async drain() {
      const untilMs = performance.now() + DRAIN_MS;
      while (isBusy() && performance.now() < untilMs) {
        if (!isAsking()) dialogue.endAfterSentence();
        await wait(LOOK_MS);
      }
      const said = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => said.resolve(), { once: true });
      if (!signal.aborted) dialogue.say(notices.text("shutdown"), "notice", () => said.resolve());
      else said.resolve();
      await Promise.race([said.promise, wait(GOODBYE_MS)]);
      await options.end("shutdown");
    },
  };
}
