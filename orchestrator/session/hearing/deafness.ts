import type { Dialogue } from "../answering/dialogue.ts";
import type { Notices } from "../voice/notices.ts";

/** A service that comes and goes is not spoken of more often than this. */
const AGAIN_MS = 30_000;

/** Tells a caller, once and when nothing else is said, that they cannot be heard, and that they are again. */
export function createDeafness(options: {
  readonly dialogue: Pick<Dialogue, "live" | "say">;
  readonly notices: Notices;
  readonly speaking: () => boolean;
}): (hears: boolean) => void {
  const { dialogue, notices, speaking } = options;
  let told = true;
  let toldAtMs = -Infinity;
  return (hears) => {
    if (hears === told || dialogue.live() || speaking()) return;
    if (!hears && performance.now() - toldAtMs < AGAIN_MS) return;
    told = hears;
    toldAtMs = performance.now();
    dialogue.say(notices.text(hears ? "hearing-again" : "cannot-hear"), "notice");
  };
}
