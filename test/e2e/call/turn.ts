import { expect } from "vitest";
import type { CallEvent } from "../../../orchestrator/session/call-events.ts";
import type { Caller } from "../../standins/caller.ts";
import type { Sent } from "../../standins/caller/microphone.ts";
import type { Utterance } from "../../standins/speech/synthesise.ts";
import type { Harness } from "./harness.ts";

type Event<Type> = Extract<CallEvent, { readonly type: Type }> & { readonly atMs: number };

/** A question that was asked, and what came back. */
export interface Answer {
  readonly said: Sent;
  /** The words that the caller's loudspeaker played. */
  readonly heard: string;
  readonly turn: Event<"turn">;
  readonly end: Event<"answer-end">;
  /** Last sample of the question to first sample of the answer, both at the caller. */
  readonly latencyMs: number;
}

/** A turn that takes longer is lost. */
export const TURN_MS = 10_000;
/** What the network and the jitter buffer hold after the last word was handed over. */
const TAIL_MS = 250;

/** Asks by voice and waits for the whole answer. */
export async function ask(harness: Harness, caller: Caller, question: string): Promise<Answer> {
  return answerTo(caller, await caller.say(harness.utterance(question)));
}

/** The answer to what has just been said. */
export async function answerTo(caller: Caller, said: Sent, withinMs = TURN_MS): Promise<Answer> {
  await caller.until("an answer", () => answered(caller, said.lastSampleAtMs) !== undefined, withinMs);
  await quiet(caller);
  const answer = answered(caller, said.lastSampleAtMs);
  if (!answer) throw new Error("an answer that was there is gone");
  const firstSoundAtMs = caller.listening.firstSoundAtMs(said.lastSampleAtMs) ?? Number.NaN;
  return {
    said,
    heard: caller.listening.text(said.lastSampleAtMs),
    ...answer,
    latencyMs: firstSoundAtMs - said.lastSampleAtMs,
  };
}

/** The first answer since then that was not thrown away, with the report of its turn. */
function answered(caller: Caller, sinceMs: number): Pick<Answer, "turn" | "end"> | undefined {
  for (const end of eventsOf(caller, "answer-end")) {
    const turn = eventsOf(caller, "turn").find((each) => each.turn === end.turn);
    if (end.atMs >= sinceMs && end.text !== "" && turn) return { turn, end };
  }
  return undefined;
}

/** Waits until nothing is heard any more. */
export async function quiet(caller: Caller, forMs = TAIL_MS): Promise<void> {
  await caller.until("quiet", () => !caller.listening.isSounding(forMs), TURN_MS);
}

/** All events of a type. */
export function eventsOf<Type extends CallEvent["type"]>(caller: Caller, type: Type): readonly Event<Type>[] {
  return caller.events.filter((event): event is Event<Type> => event.type === type);
}

/** After whatever happened, the next question is answered as if nothing had. */
export async function expectNextTurn(
  harness: Harness,
  caller: Caller,
  question: string,
  answer: string,
): Promise<void> {
  expectSaid(caller, await ask(harness, caller, question), answer);
}

/**
 * The agent has said exactly this, and it was heard: nothing that was not said, nothing twice. One word
 * may lack: where callers, server and agent share two cores, a jitter buffer conceals what comes late.
 */
export function expectSaid(caller: Caller, { heard, turn, end }: Answer, text: string): void {
  const from = `${turn.engine}, ${turn.reason}`;
  const context = `heard ${JSON.stringify(heard)} from ${from}; understood ${understood(caller)}`;
  expect(end, context).toMatchObject({ text, interrupted: false });
  const words = heard.split(" ");
  const whole = text.split(" ");
  const lacking = whole.filter((word) => {
    if (word !== words[0]) return true;
    words.shift();
    return false;
  });
  expect(words, context).toEqual([]);
  expect(lacking.length, context).toBeLessThanOrEqual(1);
}

/**
 * Share of a question's words that a text holds. A browser's own processing takes words from a synthetic
 * voice, and a busy machine loses some; `LEAST_SHARE` of them is what the scripted engines answer to.
 */
export function shareOfWords(text: string, question: string): number {
  const heard = new Set(text.split(/\s+/));
  const words = question.split(" ");
  return words.filter((word) => heard.has(word)).length / words.length;
}

/** What the recogniser made of the caller's words: a machine that is too busy loses some. */
export function understood(caller: Caller): string {
  return eventsOf(caller, "heard")
    .filter(({ final }) => final)
    .map(({ text }) => text)
    .join(" | ");
}

/** A word whose sound lacks no more than this was heard whole; its place is known as exactly as that. */
const CUT_MS = 20;

/** What was heard of an answer that was cut off at an instant: the words whose sound arrived whole, but for `lackMs`. */
export function heardWhole(
  caller: Caller,
  answer: Utterance,
  sinceMs: number,
  cutAtMs: number,
  lackMs = CUT_MS,
): string {
  return caller.listening
    .words(sinceMs)
    .slice(0, answer.words.length)
    .filter(({ startAtMs }, index) => {
      const word = answer.words[index];
      return word !== undefined && startAtMs + word.endMs - word.startMs <= cutAtMs + lackMs;
    })
    .map(({ text }) => text)
    .join(" ");
}
