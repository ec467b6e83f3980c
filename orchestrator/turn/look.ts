import { orAbort, sleep } from "../lib/abortable.ts";
import { chooseFrame } from "./choose-frame.ts";
import { ClearPicture } from "./clear-picture.ts";
import { detectorFacts } from "./facts.ts";
import type { Ports } from "./ports.ts";
import type { Frame, FrameNeed, Turn, TurnContext, Verdict, VerdictReason } from "./turn.ts";

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
    warm: ports.warm?.(turn.history),
    likely: goesOnWithScreen(turn, need) ? "screen" : "camera",
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

/** Who asked about the screen reads on in it; whatever else is asked is about what lies before the caller. */
function goesOnWithScreen({ history }: Turn, need: FrameNeed): boolean {
  const last = history.findLast(({ source }) => source !== undefined)?.source;
  return last === "screen" && (need.reading || need.reason === "follow-up-after-picture");
}

/** A verdict that is late, or that a fault kept back, counts as a person. */
async function judge(frame: Frame, deadlineMs: number, ports: Ports, ctx: TurnContext): Promise<Verdict> {
  const waiting = new AbortController();
  const signal = AbortSignal.any([ctx.signal, waiting.signal]);
  try {
    const late = sleep(deadlineMs, signal).then(() => noVerdict(frame, "gate-timeout"));
    return await Promise.race([orAbort(ask(frame, ports, ctx), signal), late]);
  } finally {
    waiting.abort();
  }
}

async function ask(frame: Frame, ports: Ports, ctx: TurnContext): Promise<Verdict> {
  try {
    return await ports.gate(frame, ctx.signal);
  } catch (error) {
    if (!ctx.signal.aborted) ctx.report({ type: "fault", error });
    return noVerdict(frame, "gate-garbage");
  }
}

function noVerdict(frame: Frame, reason: VerdictReason): Verdict {
  return {
    value: "unknown",
    score: null,
    reason,
    boxes: [],
    model: null,
    ms: null,
    sha256: frame.gated.sha256,
  };
}
