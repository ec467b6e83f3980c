import type { CallNoticeKey } from "./notices-text.ts";

/** What may change while a call lasts, how it is at first, and what is said of it. */
const TOPICS = {
  /** Whether anything can hear the caller. */
  hearing: { atFirst: true, on: "hearing-again", off: "cannot-hear" },
  /** Whether the caller's screen can be seen. */
  screen: { atFirst: false, on: "screen-shared", off: "screen-ended" },
} as const satisfies Readonly<
  Record<string, { readonly atFirst: boolean; readonly on: CallNoticeKey; readonly off: CallNoticeKey }>
>;

export type Topic = keyof typeof TOPICS;

/** What comes and goes is not spoken of more often than this. */
const AGAIN_MS = 30_000;
/** While something waits to be said, the moment for it is looked for this often. */
const LOOK_MS = 100;

/** Tells a caller what has changed: once, as soon as nobody speaks and nothing else is said. */
export interface News {
  /** How it is now. What has changed back before it could be said is not said. */
  set(topic: Topic, state: boolean): void;
  close(): void;
}

export function createNews(options: {
  /** Nobody speaks, and nothing is being said or thought of. */
  readonly isIdle: () => boolean;
  readonly say: (key: CallNoticeKey) => void;
  readonly now: () => number;
}): News {
  const { isIdle, say, now } = options;
  const topics = new Map<Topic, { is: boolean; told: boolean; toldAtMs: number }>();
  for (const topic of Object.keys(TOPICS) as Topic[]) {
    const { atFirst } = TOPICS[topic];
    topics.set(topic, { is: atFirst, told: atFirst, toldAtMs: -Infinity });
  }
  let timer: NodeJS.Timeout | undefined;

  const tell = (): void => {
    clearTimeout(timer);
    const news = [...topics].filter(([, { is, told }]) => is !== told);
    const due = news.find(
      ([topic, { is, toldAtMs }]) => is === TOPICS[topic].atFirst || now() - toldAtMs >= AGAIN_MS,
    );
    if (due && isIdle()) {
      const [topic, state] = due;
      state.told = state.is;
      state.toldAtMs = now();
      say(TOPICS[topic][state.is ? "on" : "off"]);
    }
    if (news.length > 0) timer = setTimeout(tell, LOOK_MS).unref();
  };

  return {
    set(topic, state) {
      const known = topics.get(topic);
      if (!known || known.is === state) return;
      known.is = state;
      tell();
    },
    close() {
      clearTimeout(timer);
      topics.clear();
    },
  };
}
