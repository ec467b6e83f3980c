import type { CallEvent, TurnTimes } from "../orchestrator/session/call-events.ts";

export type TurnRecord = Extract<CallEvent, { type: "turn" }>;

/** One piece of the time between the caller's last sound and the answer's first. */
export interface Piece {
  readonly part: "silence" | "route" | "ttft" | "voice";
  readonly ms: number;
}

const KEPT = 20;

/** Answers, the newest first. */
export function addTurn(turns: readonly TurnRecord[], turn: TurnRecord): readonly TurnRecord[] {
  return [turn, ...turns.filter((other) => other.turn !== turn.turn)].slice(0, KEPT);
}

/**
 * The pieces of an answer's way, in their order. With a preemptive start they overlap, so that none of
 * them is drawn longer than what is left of the whole.
 */
export function piecesOf(times: TurnTimes): readonly Piece[] {
  const { silenceMs, routeMs, ttftMs, firstAudioMs } = times;
  let left = firstAudioMs ?? (silenceMs ?? 0) + (routeMs ?? 0) + (ttftMs ?? 0);
  const take = (ms: number | null) => {
    const taken = Math.max(0, Math.min(left, ms ?? 0));
    left -= taken;
    return taken;
  };
  const pieces: readonly Piece[] = [
    { part: "silence", ms: take(silenceMs) },
    { part: "route", ms: take(routeMs) },
    { part: "ttft", ms: take(ttftMs) },
    { part: "voice", ms: firstAudioMs === null ? 0 : take(left) },
  ];
  return pieces.filter(({ ms }) => ms > 0);
}
