import type { Gate } from "../turn/ports.ts";
import type { Frame, Verdict } from "../turn/turn.ts";
import { unknownVerdict } from "./gate-answer.ts";
import { NEW_STREAM, steady } from "./hysteresis.ts";

/** Verdicts of streams, each in the light of the frames before it; photos are judged by themselves. */
export interface SteadyGate {
  /** The verdict of any frame that was judged in a stream; a frame of no stream is nobody's second frame. */
  readonly gate: Gate;
  /** Judges the frames of one uninterrupted stream, in the order of the calls. */
  newStream(): Gate;
  /** Whether the verdict of a frame of a stream is there. */
  isJudged(frame: Frame): boolean;
}

/** Puts the hysteresis over a gate that judges single frames. */
export function createSteadyGate(single: Gate): SteadyGate {
  const verdicts = new WeakMap<Frame, Promise<Verdict>>();
  const judged = new WeakSet<Frame>();

  const newStream = (): Gate => {
    let last = Promise.resolve(NEW_STREAM);
    return (frame, signal) => {
      const known = verdicts.get(frame);
      if (known) return known;
      const before = last;
      const word = single(frame, signal).catch(() => unknownVerdict(frame, "gate-garbage"));
      const step = Promise.all([before, word]).then(([state, verdict]) =>
        steady(state, verdict, frame.capturedAtMs),
      );
      last = step.then(({ state }) => state);
      const verdict = step.then((result) => {
        judged.add(frame);
        return result.verdict;
      });
      verdicts.set(frame, verdict);
      return verdict;
    };
  };

  return {
    gate: (frame, signal) =>
      frame.source === "photo" ? single(frame, signal) : (verdicts.get(frame) ?? newStream()(frame, signal)),
    newStream,
    isJudged: (frame) => judged.has(frame),
  };
}
