import type { Conversation } from "../../turn/conversation.ts";
import { estimateTokens } from "../../turn/history-budget.ts";
import type { Engine } from "../../turn/ports.ts";
import type { Jpeg, PastTurn } from "../../turn/turn.ts";
import type { PrefillEnd, PrefillRuns, PrefillWork } from "./prefill-runs.ts";

/** An engine that idles for ten seconds answers its next request later: it is asked for a token before that. */
const KEEP_ALIVE_MS = 8000;
/** What had to give way is taken up again after this: the moments in which nobody asks anything are short. */
const LOOK_MS = 100;
/** An engine that failed is left alone for so long. */
const FAILED_FOR_MS = 5000;
/**
 * A long past is computed in pieces, so that a question which comes meanwhile waits for one of them at
 * most: a fifth of a second on an L4.
 */
const PIECE_TOKENS = 150;

/** Keeps what the engine knows of a call's past up to date, while nobody asks. */
export interface WarmPast {
  /** The past is another one than the engine knows, or a shorter one is planned. */
  want(): void;
  close(): void;
}

export function createWarmPast(options: {
  readonly conversation: Conversation;
  readonly runs: PrefillRuns;
  readonly engine: () => Engine<Jpeg> | undefined;
  /** Has the engine compute the beginning of a history, of all of which so many tokens are left. */
  readonly prefill: (
    history: readonly PastTurn[],
    leftTokens: number,
    signal: AbortSignal,
  ) => Promise<boolean>;
  /** Nobody speaks, and no question is being answered ahead of its end. */
  readonly isQuiet: () => boolean;
  /** The shorter history that was planned is the history from now on. */
  readonly onAdopted: () => void;
}): WarmPast {
  const { conversation, runs, engine, prefill, isQuiet, onAdopted } = options;
  let timer: NodeJS.Timeout | undefined;
  let failedAtMs = -Infinity;
  let isWanted = false;
  /** The planned history whose prefix is computed. */
  let ready: readonly PastTurn[] | undefined;
  /** What is computed of a history of which the rest has still to be. */
  let begun: readonly PastTurn[] | undefined;

  const start = async (kind: "past" | "keep-alive", work: PrefillWork): Promise<PrefillEnd> => {
    const end = await runs.start({ kind, picture: null }, work);
    if (end === "failed") failedAtMs = performance.now();
    return end;
  };

  /** How many turns of a history the engine knows: of what was begun, and of what it answers from. */
  const knownTurns = (history: readonly PastTurn[]): number => {
    const present = conversation.snapshot();
    const bases = history === present ? [begun] : [begun, present];
    return Math.max(...bases.map((basis) => (basis ? sharedTurns(basis, history) : -1)));
  };

  const leftTokens = (history: readonly PastTurn[]): number =>
    estimateTokens(history.slice(Math.max(0, knownTurns(history))));

  /** Has the engine compute these beginnings of one history. */
  const compute = (
    pieces: readonly (readonly PastTurn[])[],
    whole: readonly PastTurn[],
  ): Promise<PrefillEnd> =>
    start("past", async (signal) => {
      for (const piece of pieces) {
        if (!(await prefill(piece, leftTokens(whole), signal))) return "useless";
        begun = piece;
      }
      return "warm";
    });

  const warm = async (history: readonly PastTurn[]): Promise<void> => {
    const known = knownTurns(history);
    const pieces = piecesOf(history).filter(({ length }) => length > known);
    const isAll = pieces.at(-1)?.length === history.length;
    const end = await compute(isAll ? pieces : [...pieces, history], history);
    if (end === "warm" || end === "failed") begun = undefined;
    if (end === "useless" || (end === "warm" && history === conversation.snapshot())) isWanted = false;
    if (end === "warm") {
      ready = history;
      look();
    }
  };

  /** Of a history that is not due yet, what will not change any more: all up to its last picture. */
  const warmBeginning = async (history: readonly PastTurn[]): Promise<void> => {
    const last = history.findLastIndex(({ jpeg }) => jpeg !== null);
    const beginning = history.slice(0, Math.max(0, last));
    const known = knownTurns(history);
    const pieces = piecesOf(beginning).filter(({ length }) => length > known);
    const end = pieces.length > 0 ? await compute(pieces, beginning) : "warm";
    if (end === "failed") begun = undefined;
    if (end === "warm" || end === "useless") isWanted = false;
  };

  const look = (): void => {
    if (!isQuiet()) return;
    const planned = conversation.planned();
    if (planned && planned === ready && conversation.isDue()) {
      conversation.adopt();
      isWanted = false;
      return onAdopted();
    }
    const local = engine();
    if (!local?.prefill || runs.current() || performance.now() - failedAtMs < FAILED_FOR_MS) return;
    const state = local.state?.();
    if (isWanted && state?.hasRoom !== false) {
      if (planned && !conversation.isDue()) void warmBeginning(planned);
      else void warm(planned ?? conversation.snapshot());
    } else if (!isWanted && (state?.idleMs ?? 0) >= KEEP_ALIVE_MS) {
      const history = conversation.snapshot();
      void start("keep-alive", async (signal) => ((await prefill(history, 0, signal)) ? "warm" : "useless"));
    }
  };

  return {
    want() {
      isWanted = true;
      timer ??= setInterval(look, LOOK_MS).unref();
      look();
    },
    close: () => clearInterval(timer),
  };
}

/** How many turns two histories begin with alike. */
function sharedTurns(one: readonly PastTurn[], other: readonly PastTurn[]): number {
  const at = one.findIndex((turn, index) => turn !== other[index]);
  return at < 0 ? one.length : at;
}

/** Beginnings of a history, each with so many tokens more than the one before. */
function piecesOf(history: readonly PastTurn[]): readonly (readonly PastTurn[])[] {
  const pieces: (readonly PastTurn[])[] = [];
  let from = 0;
  for (let to = 1; to <= history.length; to++) {
    if (estimateTokens(history.slice(from, to)) < PIECE_TOKENS) continue;
    pieces.push(history.slice(0, to));
    from = to;
  }
  return pieces;
}
