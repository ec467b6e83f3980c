import type { Conversation } from "../../turn/conversation.ts";
import { detectorFacts } from "../../turn/facts.ts";
import { BEFORE_END_MS } from "../../turn/choose-frame.ts";
import { decidePrefill, prefillPrompt, type Warm } from "../../turn/prefill.ts";
import type { Ports } from "../../turn/ports.ts";
import { isSameScene } from "../../turn/scene.ts";
import type { Shown } from "../../turn/prompt.ts";
import type { Frame, Jpeg, PastTurn, Verdict } from "../../turn/turn.ts";
import type { FrameRing } from "../../vision/ring.ts";
import type { CallDeps } from "../call-deps.ts";
import type { SpeechState } from "../hearing/listener.ts";
import type { Span } from "../../turn/spans.ts";

/** While a question is asked, the newest frame is looked at this often. */
const LOOK_MS = 100;
/** A turn about a picture has asked for the warm one by then; for any other what is under way stops. */
const ASKED_MS = 50;
/** How long an engine that took its time is left alone. */
const BUSY_FOR_MS = 10_000;
/** An engine that idles for ten seconds answers its next request later: it is asked for a token before that. */
const KEEP_ALIVE_MS = 8000;
/** What prefills took is counted over this long. */
const SPENT_OVER_MS = 60_000;

/** An engine that is at work. */
interface Running {
  readonly controller: AbortController;
  readonly startedAtMs: number;
  /** Null: no picture goes with it. */
  readonly picture: Warm | null;
}

/** Has the local engine compute a call's next prompt while its question is still being asked. */
export interface PrefillAhead {
  /** Somebody speaks, has paused, or has said all. */
  onSpeech(state: SpeechState): void;
  /** The past is another one than the engine knows: at the start of a call, and when it was compacted. */
  warmPast(): void;
  /** A question is asked: what is under way gives way to it, unless the question needs the same. */
  giveWay(): void;
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
  /** A picture was sent to the engine ahead of a question that may never come. */
  readonly onSent: (frame: Frame, jpeg: Jpeg, verdict: Verdict) => void;
}): PrefillAhead {
  const { deps, conversation, ring, ports, onSent } = options;
  const { settings, metrics, log } = deps;
  let warm: Warm | undefined;
  let running: Running | undefined;
  let state: SpeechState = "over";
  /** Prefills of the present question. */
  let computed = 0;
  let timer: NodeJS.Timeout | undefined;
  let last: { readonly atMs: number; readonly ms: number } | undefined;
  let spent: { readonly atMs: number; readonly ms: number }[] = [];
  const spans: Span[] = [];
  /** The one under way that is in the spans already. */
  let told: Running | undefined;
  /** The question's turn has asked what is warm: it is about a picture. */
  let isAskedFor = false;
  let usedAtMs = performance.now();
  let closed = false;

  const warmFrame = (history: readonly PastTurn[]): Frame | undefined => {
    isAskedFor = true;
    const fits = (each: Warm | null | undefined): each is Warm =>
      each ? each.history === history && ring.isCurrent(each.frame) : false;
    const done = fits(warm) ? warm : undefined;
    if (done && isWanted(done)) return done.frame;
    const soon =
      running?.controller.signal.aborted === false && fits(running.picture) ? running.picture : undefined;
    return (soon ?? done)?.frame;
  };

  const spentMs = (): number => {
    const sinceMs = performance.now() - SPENT_OVER_MS;
    spent = spent.filter(({ atMs }) => atMs >= sinceMs);
    return spent.reduce((sum, { ms }) => sum + ms, 0);
  };

  const run = async (
    picture: Warm | null,
    work: (signal: AbortSignal) => Promise<boolean>,
  ): Promise<boolean> => {
    const controller = new AbortController();
    const startedAtMs = performance.now();
    const mine: Running = { controller, startedAtMs, picture };
    running = mine;
    try {
      if (!(await work(controller.signal))) return false;
      last = { atMs: performance.now(), ms: performance.now() - startedAtMs };
      metrics.prefill.observe(last.ms / 1000);
      metrics.prefills.inc({ result: "computed" });
      return !controller.signal.aborted;
    } catch (error) {
      const { aborted } = controller.signal;
      metrics.prefills.inc({ result: aborted ? "aborted" : "failed" });
      if (!aborted) log.info({ fault: error instanceof Error ? error.name : "unknown" }, "prefill failed");
      return false;
    } finally {
      const endedAtMs = performance.now();
      usedAtMs = endedAtMs;
      spent.push({ atMs: startedAtMs, ms: endedAtMs - startedAtMs });
      if (told !== mine) spans.push({ fromMs: startedAtMs, toMs: endedAtMs });
      if (running === mine) running = undefined;
    }
  };

  const prompt = (history: readonly PastTurn[], shown: Shown<Jpeg> | undefined) =>
    prefillPrompt({ conversationId: conversation.id, history, settings }, shown);

  const engine = () => (ports.local?.available() === true ? ports.local : undefined);

  /** The newest frame of the camera, or else of the screen, and the one before it. */
  const newest = (): readonly (Frame | undefined)[] => {
    const camera = ring.recent("camera");
    return (camera.length > 0 ? camera : ring.recent("screen")).slice(-2).reverse();
  };

  /** What is being computed would go with a question that ends now. */
  const isWanted = ({ frame }: Warm): boolean => {
    const [now] = newest();
    return (
      now !== undefined && (now.capturedAtMs - frame.capturedAtMs <= BEFORE_END_MS || isSameScene(frame, now))
    );
  };

  const stopUnwanted = (): void => {
    if (!running?.picture || !isWanted(running.picture)) running?.controller.abort();
  };

  const look = async (): Promise<void> => {
    const [frame, previous] = newest();
    const verdict =
      frame && ring.isJudged(frame) ? await ring.gate(frame, AbortSignal.timeout(LOOK_MS)) : undefined;
    const history = conversation.snapshot();
    const decision = decidePrefill({
      policy: settings.policy,
      engineUp: engine()?.prefill !== undefined,
      cloudUp: ports.cloud?.available() ?? false,
      inFlight: running !== undefined,
      speaking: state === "speaking",
      frame,
      previous,
      computed,
      verdict,
      warm: warmFrame(history),
      lastMs: last && performance.now() - last.atMs < BUSY_FOR_MS ? last.ms : null,
      spentMs: spentMs(),
    });
    if (decision !== "due" || !frame || !verdict || closed || timer === undefined) return;
    computed += 1;
    const isWarm = await run({ frame, history }, async (signal) => {
      const jpeg = await frame.detailed();
      signal.throwIfAborted();
      onSent(frame, jpeg, verdict);
      const shown = { picture: jpeg, facts: detectorFacts(verdict, frame, settings.fieldOfViewDeg) };
      return (await engine()?.prefill?.(prompt(history, shown), signal)) ?? false;
    });
    if (isWarm) warm = { frame, history };
  };

  const stopLooking = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  const warmPast = (): void => {
    if (closed || running || !engine()?.prefill) return;
    const history = conversation.snapshot();
    void run(
      null,
      async (signal) => (await engine()?.prefill?.(prompt(history, undefined), signal)) ?? false,
    );
  };

  const keepAlive = setInterval(() => {
    if (performance.now() - usedAtMs >= KEEP_ALIVE_MS) warmPast();
  }, KEEP_ALIVE_MS / 4);
  keepAlive.unref();

  return {
    onSpeech(next) {
      if (state === "over") computed = 0;
      state = next;
      if (state === "paused") stopUnwanted();
      stopLooking();
      if (next === "over" || closed || settings.camera === false || !ports.local?.prefill) return;
      timer = setInterval(() => void look(), LOOK_MS);
      timer.unref();
      void look();
    },
    warmPast,
    giveWay() {
      usedAtMs = performance.now();
      stopLooking();
      stopUnwanted();
      isAskedFor = false;
      const kept = running;
      setTimeout(() => {
        if (!isAskedFor) kept?.controller.abort();
      }, ASKED_MS).unref();
    },
    takeSpans() {
      if (running && running !== told) {
        told = running;
        spans.push({ fromMs: running.startedAtMs, toMs: performance.now() });
      }
      return spans.splice(0);
    },
    warm: warmFrame,
    close() {
      closed = true;
      clearInterval(keepAlive);
      stopLooking();
      running?.controller.abort();
    },
  };
}
