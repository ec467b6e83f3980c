import type { SpeechPlace } from "../../speech/speech.ts";
import type { CallDeps } from "../call-deps.ts";
import type { CallLedger } from "../ledger/call-ledger.ts";
import type { Answer } from "./answer.ts";
import { textSoFar } from "./ending.ts";
import type { Ending, Live } from "./live.ts";
import type { Memory } from "./memory.ts";
import { createTrend } from "./trend.ts";
import { observe, toPastTurn } from "./turn-record.ts";
import type { TurnRun } from "./turn-run.ts";

/** What is kept of answers that are over: history, privacy ledger, metrics, log. */
export interface Books {
  /** An answer is over. */
  over(live: Live, ending: Ending): void;
  /** Nobody will hear a turn that was prepared for a question which has changed. */
  discarded(run: TurnRun): void;
  /** A question was asked, and nobody heard a word of the answer that was ready for it. */
  unheard(run: TurnRun, typed: boolean): void;
}

export function createBooks(options: {
  readonly deps: CallDeps;
  readonly call: { readonly id: string };
  readonly memory: Memory;
  readonly ledger: CallLedger;
  /** Which services got the caller's audio since this was asked last, the present one first. */
  readonly takeHeardBy: () => readonly SpeechPlace[];
}): Books {
  const { deps, call, memory, ledger, takeHeardBy } = options;
  const trend = createTrend(deps.metrics);

  const enter = (answer: Answer, run: TurnRun | undefined, reason: string, typed: boolean): void => {
    const heardBy = typed || reason === "notice" ? [] : takeHeardBy();
    ledger.answered(answer, run, reason, heardBy);
  };

  const remember = (run: TurnRun, ending: Ending, full: string): void => {
    const wentOut = run.asked().some(({ engine }) => engine === "cloud");
    memory.record(toPastTurn(run, ending), ending, full, wentOut);
  };

  return {
    over(live, ending) {
      const { run, answer, kind, typed } = live;
      if (run) {
        remember(run, ending, textSoFar(live));
        observe(live, ending, { ...deps, call: call.id, trend });
      }
      enter(answer, run, kind, typed);
    },
    discarded: (run) => enter(run.answer, run, "discarded", false),
    unheard(run, typed) {
      const ending = { text: "", interrupted: true };
      enter(run.answer, run, "discarded", typed);
      remember(run, ending, "");
    },
  };
}
