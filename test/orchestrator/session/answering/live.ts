import { createTape, type Tape } from "../../../../orchestrator/session/answering/tape.ts";
import type { Answer } from "../../../../orchestrator/session/answering/answer.ts";
import type { Live } from "../../../../orchestrator/session/answering/live.ts";
import { NOTHING_BEFORE } from "../../../../orchestrator/turn/spans.ts";

/** An answer that counts, with a text that the test writes. */
export function liveOf(
  live: Partial<Live> = {},
  answer: Partial<Answer> = {},
): { readonly live: Live; readonly text: Tape<string> } {
  const text = createTape<string>();
  const now = performance.now();
  return {
    text,
    live: {
      answer: {
        id: "answer",
        text,
        sound: createTape(),
        words: [],
        soundMs: () => 0,
        place: () => null,
        sentTo: () => [],
        signal: new AbortController().signal,
        release() {},
        stop() {},
        ...answer,
      },
      question: "What is this?",
      said: "What is this?",
      run: undefined,
      kind: "reply",
      typed: false,
      again: false,
      readOnly: false,
      held: false,
      endedAtMs: now,
      committedAtMs: now,
      startedAtMs: null,
      before: NOTHING_BEFORE,
      toldWords: 0,
      over: false,
      playedMs: 0,
      onEnd: undefined,
      ...live,
    },
  };
}
