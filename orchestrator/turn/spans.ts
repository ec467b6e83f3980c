import type { Mark } from "./turn.ts";

/** A stretch of time, on the same axis as what it belongs to. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What happened before a question was over, at monotonic instants. */
export interface Before {
  /** The first sound of the question; null: it was typed. */
  readonly spokeAtMs: number | null;
  readonly prefills: readonly Span[];
}

/** Of a question that was typed. */
export const NOTHING_BEFORE: Before = { spokeAtMs: null, prefills: [] };

/**
 * Where the time of a turn went: milliseconds from the end of its question, negative before it, to the
 * tenth; null: it did not happen. Logged with every turn, and drawn by `sightline timeline`.
 */
export interface TurnSpans {
  readonly spokeMs: number | null;
  readonly prefills: readonly Span[];
  /** The strict silence had passed, or the typed question was there. */
  readonly committedMs: number;
  readonly startedMs: number | null;
  readonly routedMs: number | null;
  readonly requestedMs: number | null;
  readonly firstTokenMs: number | null;
  readonly lastTokenMs: number | null;
  readonly firstAudioMs: number | null;
  readonly overMs: number;
}

/** The instants of a turn, on the monotonic clock. */
export interface TurnInstants {
  /** Undefined: no turn of the core was run. */
  readonly run: { markedAtMs(mark: Mark): number | null } | undefined;
  readonly before: Before;
  readonly endedAtMs: number;
  readonly committedAtMs: number;
  /** The first sound of the answer; null: none was heard. */
  readonly startedAtMs: number | null;
}

/** @param overAtMs the instant at which the answer was heard to its end, or cut off */
export function toSpans(turn: TurnInstants, overAtMs: number): TurnSpans {
  const { run, before, endedAtMs } = turn;
  const at = (instant: number): number => Math.round((instant - endedAtMs) * 10) / 10;
  const maybe = (instant: number | null): number | null => (instant === null ? null : at(instant));
  const mark = (name: Mark): number | null => maybe(run?.markedAtMs(name) ?? null);
  return {
    spokeMs: maybe(before.spokeAtMs),
    prefills: before.prefills.map(({ fromMs, toMs }) => ({ fromMs: at(fromMs), toMs: at(toMs) })),
    committedMs: at(turn.committedAtMs),
    startedMs: mark("turn-start"),
    routedMs: mark("route-chosen"),
    requestedMs: mark("request-sent"),
    firstTokenMs: mark("first-token"),
    lastTokenMs: mark("last-token"),
    firstAudioMs: maybe(turn.startedAtMs),
    overMs: at(overAtMs),
  };
}

/** A part of a turn, as pictures and traces show it. */
export interface TurnPart extends Span {
  readonly part: "speech" | "silence" | "playing" | "prefill" | "route" | "ttft" | "voice";
}

/** What a turn was made of; parts that did not happen, or took no time, are left out. */
export function partsOf(spans: TurnSpans): readonly TurnPart[] {
  const between = (part: TurnPart["part"], fromMs: number | null, toMs: number | null): readonly TurnPart[] =>
    fromMs === null || toMs === null || toMs <= fromMs ? [] : [{ part, fromMs, toMs }];
  return [
    ...between("speech", spans.spokeMs, 0),
    ...between("silence", 0, spans.committedMs),
    ...between("playing", spans.firstAudioMs, spans.overMs),
    ...spans.prefills.flatMap(({ fromMs, toMs }) => between("prefill", fromMs, toMs)),
    ...between("route", spans.startedMs, spans.routedMs),
    ...between("ttft", spans.requestedMs, spans.firstTokenMs),
    ...between("voice", spans.firstTokenMs, spans.firstAudioMs),
  ];
}
