import { orAbort, sleep } from "../../lib/abortable.ts";
import type { Engine } from "../../turn/ports.ts";
import type { ModelName } from "../../turn/turn.ts";
import type { CallNoticeKey } from "../voice/notices-text.ts";

/** A caller does not wait longer for what they were promised: then they are told. */
const WITHIN_MS = 180_000;
/** How often a quiet moment is looked for. */
const LOOK_MS = 100;
/** The wait after a first try without an answer; each further one is twice as long. */
const PAUSE_MS = 2000;

/** A question. */
export interface Asked {
  /** What the caller said last. */
  readonly said: string;
  /** The same with what they had said before and heard no answer to. */
  readonly whole: string;
}

/** Questions that got no answer because no engine was there: they are answered once one is back. */
export interface Later {
  /** A question got no answer; `by`: the engines that may give it. */
  owe(asked: Asked, by: readonly ModelName[]): void;
  /** The caller asks; when it is one of those, it is answered now or owed anew. */
  asked(asked: Asked): void;
  /** Nobody wants to know any more. */
  drop(): void;
}

export function createLater(options: {
  /** Of one without `back` nobody can tell when it is, and nothing is promised. */
  readonly engines: { readonly [Name in ModelName]?: Pick<Engine<never>, "back"> | undefined };
  /** Nobody speaks, and nothing is being said or thought of. */
  readonly isIdle: () => boolean;
  readonly say: (key: CallNoticeKey) => void;
  /** Asks all of them once more; true: their answer is being said, with a word before it that says so. */
  readonly ask: (questions: string) => Promise<boolean>;
  /** How long they are owed, in milliseconds. Default: three minutes. */
  readonly withinMs?: number;
  /** The wait after a first try without an answer, in milliseconds. Default: two seconds. */
  readonly pauseMs?: number;
}): Later {
  const { engines, isIdle, say, ask, withinMs = WITHIN_MS } = options;
  let owed: readonly (Asked & { readonly by: readonly ModelName[] })[] = [];
  let awaited: ReadonlySet<ModelName> = new Set();
  let stop = new AbortController();
  /** One more engine is to be waited for. */
  let more = new AbortController();

  /** The first engine that gives a token; undefined: none did in time. */
  const firstBack = async (inTime: AbortSignal): Promise<ModelName | undefined> => {
    while (true) {
      awaited = new Set(owed.flatMap(({ by }) => by));
      const waiting = (more = new AbortController());
      const signal = AbortSignal.any([inTime, waiting.signal]);
      const backs = Array.from(awaited, async (name) => {
        await orAbort(Promise.resolve(engines[name]?.back?.(signal)), signal);
        return name;
      });
      const first = await Promise.any(backs).catch(() => undefined);
      const isMore = waiting.signal.aborted;
      waiting.abort();
      if (first !== undefined || !isMore || inTime.aborted) return first;
    }
  };

  const settle = async (signal: AbortSignal): Promise<void> => {
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    for (let pauseMs = options.pauseMs ?? PAUSE_MS; ; pauseMs *= 2) {
      const engine = await firstBack(inTime);
      while (!isIdle()) await sleep(LOOK_MS, signal);
      signal.throwIfAborted();
      if (engine === undefined) break;
      const due = owed.filter(({ by }) => by.includes(engine));
      const isAnswered = due.length > 0 && (await ask(due.map(({ whole }) => whole).join(" ")));
      signal.throwIfAborted();
      if (isAnswered) owed = owed.filter((each) => !due.includes(each));
      if (owed.length === 0) return drop();
      await sleep(pauseMs, inTime).catch(() => {});
    }
    drop();
    say("still-cannot");
  };
  const drop = (): void => {
    owed = [];
    stop.abort();
    stop = new AbortController();
  };

  return {
    owe(asked, by) {
      const able = by.filter((name) => engines[name]?.back);
      if (able.length === 0) return;
      owed = [...owed, { ...asked, by: able }];
      if (owed.length > 1) {
        if (able.some((name) => !awaited.has(name))) more.abort();
        return;
      }
      say("answer-later");
      // Only a drop ends it early.
      settle(stop.signal).catch(() => {});
    },
    asked(asked) {
      owed = owed.filter((each) => !isSame(each, asked));
      if (owed.length === 0) drop();
    },
    drop,
  };
}

/** Also who repeats only what they said last wants to know no more than that. */
function isSame(one: Asked, other: Asked): boolean {
  return plain(one.whole) === plain(other.whole) || plain(one.said) === plain(other.said);
}

function plain(question: string): string {
  return question
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
