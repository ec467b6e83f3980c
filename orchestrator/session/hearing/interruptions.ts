import { endsAsking, isBackchannel } from "./backchannel.ts";
import type { CallDeps } from "../call-deps.ts";
import { isStop, localCommand, type SpokenCommand } from "../commands/commands.ts";
import type { Dialogue } from "../answering/dialogue.ts";
import { isEcho } from "./echo.ts";
import type { ReadAloud } from "./read-aloud.ts";
import type { ListenerHandlers, SpeechState } from "./listener.ts";
import type { Live } from "../answering/live.ts";
import type { Stage } from "../stage.ts";
import { heardUntil, textOf } from "../answering/words-heard.ts";

/** An answer that was paused so often for nothing is only interrupted by words from then on. */
const PAUSES_FOR_NOTHING = 3;

/** Speech that began while an answer sounded. */
interface Overlap {
  readonly live: Live;
  /** How much of the answer had been played then. */
  readonly fromMs: number;
}

/**
 * What becomes of an answer into which somebody speaks: its sound pauses at once, and the words
 * decide. Without words, with those of a listener, or with its own it goes on; "stop" and anything
 * else end it.
 */
export function createInterruptions(options: {
  readonly deps: Pick<CallDeps, "persona" | "metrics">;
  readonly dialogue: () => Dialogue;
  readonly stage: () => Stage;
  readonly readAloud: ReadAloud;
  readonly doCommand: (command: SpokenCommand) => void;
  /** Monotonic instant at which speech ended last. */
  readonly endedAtMs: () => number;
  readonly onSpeech: (state: SpeechState) => void;
}): ListenerHandlers {
  const { deps, dialogue, stage, readAloud, doCommand, endedAtMs, onSpeech } = options;
  const { language } = deps.persona;
  const pauses = new WeakMap<Live, number>();
  let paused: Live | undefined;
  let overlap: Overlap | undefined;

  const count = (result: "ended" | "resumed"): void => {
    if (paused) deps.metrics.bargeIns.inc({ result });
    if (paused && result === "resumed") pauses.set(paused, (pauses.get(paused) ?? 0) + 1);
    paused = undefined;
  };

  const isOwn = (text: string): boolean =>
    overlap !== undefined &&
    isEcho(text, overlap.live.answer.words, {
      fromMs: overlap.fromMs,
      toMs: overlap.live.over ? overlap.live.playedMs : stage().playedMs(),
    });

  return {
    onSpeechStart() {
      onSpeech("speaking");
      const live = dialogue().live();
      overlap = live?.startedAtMs && !live.readOnly ? { live, fromMs: stage().playedMs() } : undefined;
      if (!live || live.held || live.readOnly) return;
      if ((pauses.get(live) ?? 0) >= PAUSES_FOR_NOTHING) return;
      paused = live;
      stage().pause();
    },
    onPause: () => onSpeech("paused"),
    onGoesOn: () => dialogue().goesOn(),
    onNoWords() {
      onSpeech("over");
      count("resumed");
      stage().resume();
    },
    onWords(text, final) {
      const live = dialogue().live();
      if (live && isStop(text, language)) {
        count("ended");
        doCommand({ command: "stop" });
        return "drop";
      }
      if (isOwn(text) || readAloud.isEcho(text, final)) return final ? "drop" : "keep";
      if (!live) dialogue().goesOn(text);
      if (!live || live.held) return "keep";
      const heard = live.readOnly ? "" : textOf(heardUntil(live.answer.words, stage().playedMs()));
      if (isBackchannel(text, language, { asked: endsAsking(heard) })) return final ? "drop" : "keep";
      // One word of an interim result may still become another one.
      if (!final && !text.includes(" ")) return "keep";
      count("ended");
      dialogue().interrupt();
      return "keep";
    },
    onQuestion(text) {
      if (!localCommand(text, language)) dialogue().prepare(text, endedAtMs());
    },
    onEnd(text) {
      onSpeech("over");
      // What was paused may have ended without a sound; the next answer must not wait for it.
      if (!dialogue().live()) stage().resume();
      const command = localCommand(text, language);
      if (command) doCommand(command);
      else dialogue().ask(text, { typed: false, endedAtMs: endedAtMs() });
    },
    mayEnd: () => !dialogue().live()?.held,
  };
}
