import { setTimeout as delay } from "node:timers/promises";
import { startTestCall, type TestCall } from "./call.ts";
import { type Baseline, startPlainCall } from "./plain-call.ts";
import { createFakeVoice, type FakeVoice } from "./voice.ts";

/** A caller who speaks into an answer. */
export interface BargeInTrial {
  /** The caller's first sample to silence, in milliseconds. */
  readonly silentMs: number;
  readonly heard: string;
  readonly history: string;
  /** Words of the answer that sounded after it was over. */
  readonly after: number;
}

const NUMBERS = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen.";
const WORDS = 15;
const INTO = ["tell me about bread instead", "why do cats purr", "give me a nice name", "how about tomorrow"];
const NODS = ["mhm", "okay", "uh huh", "yes"];
/** Somewhere in the answer, never at its end. */
const somewhere = (): Promise<void> => delay(250 + Math.random() * 1200);

const longVoice = (): FakeVoice => createFakeVoice({ wordMs: 160 });

/** Callers who speak into answers at any moment, every other time saying more as soon as it is silent. */
export async function bargeInTrials(count: number): Promise<readonly BargeInTrial[]> {
  const test = await startTestCall(NUMBERS, { voice: longVoice() });
  const trials: BargeInTrial[] = [];
  try {
    await delay(1000);
    for (let at = 0; at < count; at++) trials.push(await bargeIn(test, at));
  } finally {
    await test.close();
  }
  return trials;
}

async function bargeIn(
  { call, caller, next, voice, speaker, history }: TestCall,
  at: number,
): Promise<BargeInTrial> {
  const first = voice.words.length;
  const heardNow = (): string => voice.heardIn(speaker.played(), 1, first, first + WORDS);
  call.request({ type: "ask", text: `Count to fifteen, number ${at}.` });
  await next("turn");
  await somewhere();
  const speech = caller.say(INTO[at % INTO.length] ?? "", { finalMs: 150 + Math.random() * 150 });
  const { text } = await next("answer-end");
  const heard = heardNow();
  const silentAtMs = speaker.lastAtMs();
  const beganAtMs = caller.beganAtMs();
  await speech;
  if (at % 2) await caller.say("and be quick", { finalMs: 200 });
  const kept = history().at(-1)?.answer ?? "";
  await next("turn");
  const after = heardNow();
  call.request({ type: "command", command: "stop" });
  await next("answer-end");
  await delay(700);
  return {
    silentMs: silentAtMs - beganAtMs,
    heard,
    history: kept === text ? text.trim() : `${kept} ≠ ${text}`,
    after: after.split(" ").length - heard.split(" ").length,
  };
}

/** A caller who nods with a sound while an answer is said. */
export interface NodTrial {
  /** From the nod's last sample until the answer went on; 0: it never paused. */
  readonly resumedMs: number;
  /** All words of the answer were heard whole. */
  readonly isWhole: boolean;
}

/** Callers who say "mhm" at any moment of an answer. */
export async function nodTrials(count: number): Promise<readonly NodTrial[]> {
  const test = await startTestCall(NUMBERS, { voice: longVoice() });
  const { call, caller, next, voice, speaker } = test;
  const trials: NodTrial[] = [];
  try {
    await delay(1000);
    for (let at = 0; at < count; at++) {
      const first = voice.words.length;
      call.request({ type: "ask", text: `Count to fifteen, number ${at}.` });
      await next("turn");
      await somewhere();
      const endedAtMs = await caller.say(NODS[at % NODS.length] ?? "", {
        finalMs: 150 + Math.random() * 100,
      });
      await next("answer-end");
      const resumedAtMs = goesOnAtMs(speaker, caller.beganAtMs());
      const heard = voice.heardIn(speaker.played(), 1, first, first + WORDS);
      trials.push({
        resumedMs: resumedAtMs === undefined ? 0 : resumedAtMs - endedAtMs,
        isWhole: heard.split(" ").length === WORDS,
      });
      await delay(700);
    }
  } finally {
    await test.close();
  }
  return trials;
}

/** A pause between two sounds that a loudspeaker played. */
const GAP_MS = 60;

/** Where the sound goes on after the first pause since then; undefined: there was none. */
function goesOnAtMs(speaker: TestCall["speaker"], sinceMs: number): number | undefined {
  const played = speaker.played();
  return played.find(({ atMs }, at) => {
    const before = played[at - 1];
    if (!before || atMs < sinceMs) return false;
    const endedAtMs = before.atMs + (before.samples.length / speaker.sampleRate) * 1000;
    return endedAtMs > sinceMs && atMs - endedAtMs > GAP_MS;
  })?.atMs;
}

/** The same callers before a bare `AgentSession`: milliseconds to silence; NaN: the answer was said to its end. */
export async function plainBargeInTrials(count: number, baseline: Baseline): Promise<readonly number[]> {
  const plain = await startPlainCall({ baseline, modelMs: 0, voice: longVoice(), answer: "Yes." });
  const { caller, speaker } = plain;
  const all: number[] = [];
  try {
    await delay(1000);
    for (let at = 0; at < count; at++) {
      const saidAtMs = performance.now();
      plain.say(NUMBERS);
      const over = plain.answered(10_000);
      while (speaker.firstAtMs(saidAtMs) === undefined) await delay(20);
      await somewhere();
      const speech = caller.say(INTO[at % INTO.length] ?? "", { finalMs: 150 + Math.random() * 150 });
      await over;
      const silentAtMs = speaker.lastAtMs();
      const beganAtMs = caller.beganAtMs();
      const words = (silentAtMs - (speaker.firstAtMs(saidAtMs) ?? 0)) / 160;
      all.push(words > WORDS - 0.5 ? Number.NaN : silentAtMs - beganAtMs);
      await speech;
      await delay(2500);
    }
  } finally {
    await plain.close();
  }
  return all;
}
