import type { Conversation } from "../../turn/conversation.ts";
import { detectorFacts } from "../../turn/facts.ts";
import { decidePrefill, prefillPrompt } from "../../turn/prefill.ts";
import type { Ports } from "../../turn/ports.ts";
import type { Shown } from "../../turn/prompt.ts";
import type { Span } from "../../turn/spans.ts";
import type { Frame, Jpeg, PastTurn, Verdict } from "../../turn/turn.ts";
import type { FrameRing } from "../../vision/ring.ts";
import type { CallDeps } from "../call-deps.ts";
import type { SpeechState } from "../hearing/listener.ts";
import { createPrefillRuns } from "./prefill-runs.ts";
import { createWarmFrames } from "./warm-frames.ts";
import { createWarmPast } from "./warm-past.ts";

/** While a question is asked, the newest frame is looked at this often. */
const LOOK_MS = 100;

/** Has the local engine compute a call's next prompt while its question is still being asked. */
export interface PrefillAhead {
  /** Somebody speaks, has paused, or has said all. */
  onSpeech(state: SpeechState): void;
  /** The past is another one than the engine knows, or a shorter one is planned. */
  warmPast(): void;
  /** A question is asked: what is under way gives way to it, unless the question may need the same. */
  giveWay(): void;
  /** What goes with the question is known: what is under way for another frame ends. Undefined: no frame does. */
  chosen(frame: Frame | undefined): void;
  /** When it was at work since this was asked last. */
  takeSpans(): readonly Span[];
  /** The frame of the present track whose prefix is warm behind this history, or is being computed. */
  warm(history: readonly PastTurn[]): Frame | undefined;
  close(): void;
}

export function createPrefillAhead(options: {
  readonly deps: Pick<CallDeps, "settings" | "metrics" | "log">;
  readonly conversation: Conversation;
  readonly ring: FrameRing;
  readonly ports: Pick<Ports, "local" | "cloud">;
  /** An answer is not over yet. */
  readonly answering: () => boolean;
  /** A picture was sent to the engine ahead of a question that may never come. */
  readonly onSent: (frame: Frame, jpeg: Jpeg, verdict: Verdict) => void;
  /** The conversation has taken the shorter history that was planned. */
  readonly onAdopted: () => void;
}): PrefillAhead {
  const { deps, conversation, ring, ports, answering, onSent, onAdopted } = options;
  const { settings, metrics } = deps;
  const runs = createPrefillRuns(deps);
  const frames = createWarmFrames(ring, () => metrics.unusedPrefills.inc());
  let state: SpeechState = "over";
  let askedAtMs = 0;
  /** Prefills of the present question. */
  let computed = { speaking: 0, pause: 0 };
  let timer: NodeJS.Timeout | undefined;
  const closing = new AbortController();

  const engine = () => (ports.local?.available() === true ? ports.local : undefined);

  const prefill = async (
    history: readonly PastTurn[],
    shown: Shown<Jpeg> | undefined,
    signal: AbortSignal,
    background?: { readonly leftTokens: number },
  ): Promise<boolean> => {
    const prompt = prefillPrompt({ conversationId: conversation.id, history, settings }, shown);
    return (await engine()?.prefill?.(prompt, signal, { background })) ?? false;
  };

  const past = createWarmPast({
    conversation,
    runs,
    engine,
    prefill: (history, leftTokens, signal) => prefill(history, undefined, signal, { leftTokens }),
    isQuiet: () => state === "over",
    onAdopted,
  });

  const warmFrame = (history: readonly PastTurn[]): Frame | undefined =>
    frames.warm(history, runs.current()?.picture);

  /** The past is stopped by no pause: only a picture, or the question itself, comes before it. */
  const stopUnwanted = (which: "pictures" | "all"): void => {
    const picture = runs.current()?.picture;
    if (picture ? !frames.isWanted(picture) : which === "all") runs.stop();
  };

  const look = async (): Promise<void> => {
    const { frame, previous } = frames.newest();
    const verdict = frame && (await ring.gate(frame, closing.signal));
    const history = conversation.snapshot();
    const local = engine();
    const decision = decidePrefill({
      policy: settings.policy,
      engineUp: local?.prefill !== undefined,
      cloudUp: ports.cloud?.available() ?? false,
      engineHasRoom: local?.state?.().hasRoom ?? true,
      inFlight: runs.current()?.kind === "picture",
      answering: answering(),
      speaking: state === "speaking",
      askedForMs: performance.now() - askedAtMs,
      frame,
      previous,
      computed,
      verdict,
      warm: warmFrame(history),
      lastMs: runs.lastMs(),
      spentMs: runs.spentMs(),
    });
    if (decision !== "due" || !frame || !verdict || closing.signal.aborted || timer === undefined) return;
    const [counted, when] = [computed, state === "speaking" ? "speaking" : "pause"] as const;
    counted[when] += 1;
    const picture = { frame, history };
    const end = await runs.start({ kind: "picture", picture }, async (signal) => {
      const jpeg = await frame.detailed();
      signal.throwIfAborted();
      // Another call was faster: nothing is sent.
      if (local?.state?.().hasRoom === false) return "yielded";
      onSent(frame, jpeg, verdict);
      const facts = detectorFacts(verdict, frame, settings.fieldOfViewDeg);
      return (await prefill(history, { picture: jpeg, facts }, signal)) ? "warm" : "useless";
    });
    if (end === "warm") frames.keep(picture);
    if (end === "yielded") counted[when] -= 1;
  };

  const stopLooking = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    onSpeech(next) {
      if (state === "over") {
        computed = { speaking: 0, pause: 0 };
        askedAtMs = performance.now();
      }
      state = next;
      if (state === "paused") {
        computed.pause = 0;
        stopUnwanted("pictures");
      }
      stopLooking();
      if (next === "over" || closing.signal.aborted || settings.camera === false || !ports.local?.prefill)
        return;
      timer = setInterval(() => void look(), LOOK_MS);
      timer.unref();
      void look();
    },
    warmPast: () => {
      if (!closing.signal.aborted) past.want();
    },
    giveWay() {
      stopLooking();
      stopUnwanted("all");
    },
    chosen(frame) {
      if (!frame || runs.current()?.picture?.frame !== frame) runs.stop();
      if (frame) frames.chosen(frame);
    },
    takeSpans: () => runs.takeSpans(),
    warm: warmFrame,
    close() {
      closing.abort();
      past.close();
      stopLooking();
      runs.stop();
      frames.close();
    },
  };
}
