import type { CallEvent, CallState } from "../call-events.ts";
import type { Ending, Live } from "./live.ts";
import { timesOf } from "./turn-record.ts";
import { heardUntil, textOf } from "./words-heard.ts";

/** Tells the transport what becomes of an answer. */
export interface Teller {
  state(state: CallState): void;
  /** More text; only of an answer that counts. */
  caption(live: Live, text: string): void;
  /** How the answer came about, and its times so far. */
  turn(live: Live): void;
  /** The words that have been played by now; true when a sentence has ended with them. */
  words(live: Live, playedMs: number): boolean;
  end(live: Live, ending: Ending): void;
}

const ENDS_SENTENCE = /[.!?…]["'”’»)\]]*\s*$/u;

export function createTeller(emit: (event: CallEvent) => void): Teller {
  let state: CallState = "listening";

  const spoken = (live: Live, text: string): void => {
    if (text !== "") emit({ type: "spoken", turn: live.answer.id, text });
  };

  return {
    state(next) {
      if (next === state) return;
      state = next;
      emit({ type: "state", state });
    },
    caption: ({ answer }, text) => emit({ type: "caption", turn: answer.id, text }),
    turn(live) {
      const route = live.run?.report().route;
      const reason = route ? route.reason : live.kind === "command" ? "command" : "notice";
      const engine = route?.engine ?? "none";
      emit({ type: "turn", turn: live.answer.id, engine, reason, times: timesOf(live) });
    },
    words(live, playedMs) {
      const heard = heardUntil(live.answer.words, playedMs);
      if (heard.length <= live.toldWords) return false;
      spoken(live, textOf(heard.slice(live.toldWords)));
      live.toldWords = heard.length;
      return ENDS_SENTENCE.test(textOf(heard));
    },
    end(live, ending) {
      const told = textOf(live.answer.words.slice(0, live.toldWords));
      if (!live.readOnly && live.startedAtMs !== null) spoken(live, ending.text.slice(told.length));
      emit({ type: "answer-end", turn: live.answer.id, ...ending });
    },
  };
}
