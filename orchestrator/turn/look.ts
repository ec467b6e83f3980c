import { orAbort, sleep } from "../lib/abortable.ts";
import { chooseFrame } from "./choose-frame.ts";
import { ClearPicture } from "./clear-picture.ts";
import { detectorFacts } from "./facts.ts";
import type { Ports } from "./ports.ts";
import type { Frame, FrameNeed, Turn, TurnContext, Verdict } from "./turn.ts";

/** The turn's picture, and what is known of it. */
export interface Seen {
  readonly frame: Frame;
  readonly verdict: Verdict;
  /** Present only when these bytes may leave the box. */
  readonly clear: ClearPicture | undefined;
  /** One line for the prompt; empty when the detector has nothing to say. */
  readonly facts: string;
}

/** Chooses the frame and learns its verdict; undefined when no frame is to be had. */
export async function look(
  turn: Turn,
  need: FrameNeed,
  ports: Ports,
  ctx: TurnContext,
): Promise<Seen | undefined> {
  const { frame, reason } = await chooseFrame(ports.camera, need.screen ? "screen" : "any", {
    endedAtMs: turn.endedAtMs,
    now: () => ctx.now(),
    signal: ctx.signal,
  });
  if (!frame) return undefined;
  ctx.report({ type: "frame", frame, reason });
  ctx.mark("frame-chosen");
  // Encoded while the gate looks, so that a local answer need not wait for it.
  if (ports.local) frame.detailed().catch(() => {});
  const verdict = await judge(frame, turn.settings.verdictDeadlineMs, ports, ctx);
  ctx.mark("verdict-known");
  ctx.report({ type: "verdict", verdict });
  return {
    frame,
    verdict,
    clear: ClearPicture.of(frame, verdict, ctx.now()),
    facts: detectorFacts(verdict, frame, turn.settings.fieldOfViewDeg),
  };
}

/** A verdict that is late counts as a person; the gate is not waited for any longer. */
async function judge(frame: Frame, deadlineMs: number, ports: Ports, ctx: TurnContext): Promise<Verdict> {
  const waiting = new AbortController();
  const signal = AbortSignal.any([ctx.signal, waiting.signal]);
  try {
    const verdict = orAbort(ports.gate(frame, ctx.signal), signal);
    const late = sleep(deadlineMs, signal).then(() => noVerdict(frame));
    return await Promise.race([verdict, late]);
  } finally {
    waiting.abort();
  }
}

function noVerdict(frame: Frame): Verdict {
  return {
    value: "unknown",
    score: null,
    reason: "gate-timeout",
    boxes: [],
    model: null,
    ms: null,
    sha256: frame.gated.sha256,
  };
}
