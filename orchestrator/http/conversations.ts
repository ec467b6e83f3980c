import { createConversation, type Conversation } from "../turn/conversation.ts";
import type { Verbosity } from "../turn/verbosity.ts";

/** A caller's conversation: one turn at a time, so that each knows what came before it. */
export interface Talk {
  readonly conversation: Conversation;
  readonly verbosity: Verbosity;
  setVerbosity(verbosity: Verbosity): void;
  /** Ends the turn that is running, waits until it is over, and runs this one. */
  take<T>(signal: AbortSignal, turn: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** Conversations of typed questions: in memory alone, one for each caller, few and not for long. */
export interface Conversations {
  of(caller: string): Talk;
  readonly size: number;
}

export interface ConversationsOptions {
  /** Beyond it the one that was quiet for longest is forgotten. */
  readonly most: number;
  /** A conversation that was quiet for so long is forgotten, in milliseconds. */
  readonly lifeMs: number;
  readonly newId: () => string;
  /** How much of an answer is wanted at first. */
  readonly verbosity: Verbosity;
  /** Why a turn ends when a newer one begins. */
  readonly superseded: () => unknown;
  /** Monotonic clock in milliseconds; `performance.now` by default. */
  readonly now?: () => number;
}

export function createConversations(options: ConversationsOptions): Conversations {
  const now = options.now ?? (() => performance.now());
  const talks = new Map<string, { readonly talk: Talk; usedAtMs: number }>();
  let timer: NodeJS.Timeout | undefined;

  function forgetOld(): void {
    for (const [caller, { usedAtMs }] of talks)
      if (talks.size > options.most || now() - usedAtMs > options.lifeMs) talks.delete(caller);
      else break;
  }

  /** Words and pictures of who never comes back are forgotten, too. */
  function forgetInTime(): void {
    clearTimeout(timer);
    const [oldest] = talks.values();
    if (!oldest) return;
    const leftMs = oldest.usedAtMs + options.lifeMs - now();
    timer = setTimeout(
      () => {
        forgetOld();
        forgetInTime();
      },
      Math.max(0, leftMs) + 1,
    ).unref();
  }

  return {
    get size() {
      forgetOld();
      return talks.size;
    },
    of(caller) {
      forgetOld();
      const talk = talks.get(caller)?.talk ?? createTalk(options);
      talks.delete(caller);
      talks.set(caller, { talk, usedAtMs: now() });
      forgetOld();
      forgetInTime();
      return talk;
    },
  };
}

function createTalk({ newId, superseded, verbosity }: ConversationsOptions): Talk {
  let wanted = verbosity;
  let running = { stop: new AbortController(), over: Promise.resolve() };
  return {
    conversation: createConversation(newId()),
    get verbosity() {
      return wanted;
    },
    setVerbosity(next) {
      wanted = next;
    },
    async take(signal, turn) {
      const before = running;
      before.stop.abort(superseded());
      const stop = new AbortController();
      const { promise: over, resolve } = Promise.withResolvers<void>();
      running = { stop, over };
      try {
        await before.over;
        return await turn(AbortSignal.any([signal, stop.signal]));
      } finally {
        resolve();
      }
    },
  };
}
