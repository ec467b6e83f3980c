import { sleep } from "../../lib/abortable.ts";
import type { Engine } from "../../turn/ports.ts";
import type { CallNoticeKey } from "../voice/notices-text.ts";

/** A caller does not wait longer for what they were promised: then they are told. */
const WITHIN_MS = 180_000;
/** How often a quiet moment is looked for. */
const LOOK_MS = 100;

/** Questions that got no answer because no engine was there: they are answered once one is back. */
export interface Later {
  /** A question got no answer. */
  owe(question: string): void;
  /** The caller asks; when it is one of those, it is answered now or owed anew. */
  asked(question: string): void;
  /** Nobody wants to know any more. */
  drop(): void;
}

export function createLater(options: {
  /** The engine that can answer them; undefined: nobody can tell when one is back, and nothing is promised. */
  readonly engine: Pick<Engine<never>, "back"> | undefined;
  /** Nobody speaks, and nothing is being said or thought of. */
  readonly isIdle: () => boolean;
  readonly say: (key: CallNoticeKey) => void;
  /** Asks all of them once more, with a word before that says so. */
  readonly ask: (questions: string) => void;
  /** How long they are owed, in milliseconds. Default: three minutes. */
  readonly withinMs?: number;
}): Later {
  const { engine, isIdle, say, ask, withinMs = WITHIN_MS } = options;
  const back = engine?.back?.bind(engine);
  let owed: readonly string[] = [];
  let stop = new AbortController();

  const settle = async (isThere: NonNullable<typeof back>): Promise<void> => {
    const { signal } = stop;
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    const isBack = await isThere(inTime).then(
      () => true,
      () => false,
    );
    while (!isIdle()) await sleep(LOOK_MS, signal);
    signal.throwIfAborted();
    const questions = owed.join(" ");
    drop();
    if (isBack) ask(questions);
    else say("still-cannot");
  };
  const drop = (): void => {
    owed = [];
    stop.abort();
    stop = new AbortController();
  };

  return {
    owe(question) {
      if (!back) return;
      owed = [...owed, question];
      if (owed.length > 1) return;
      say("answer-later");
      // Only a drop ends it early.
      settle(back).catch(() => {});
    },
    asked(question) {
      owed = owed.filter((each) => plain(each) !== plain(question));
      if (owed.length === 0) drop();
    },
    drop,
  };
}

function plain(question: string): string {
  return question
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
