import type { Heard } from "../../speech/speech.ts";
import type { SilenceClock } from "./silence-clock.ts";
import { createSettled } from "./settled.ts";
import { hearingMs, type VadListener } from "./tapped-vad.ts";

/** The end of speech as the model sees it may be this much late, and the model this much behind. */
const MODEL_LATE_MS = 200;
/** A model that is this much behind is not waited for: received silence alone decides. */
const MODEL_GONE_MS = 2000;
/** Speech that the clock has not heard for so long is too soft for it; the model lingers for less. */
const SOFT_MS = 400;
/** Where only the model can tell, its silence counts after this much more of it. */
const MODEL_ALONE_MS = 200;
/** The model knows of speech this long after its first sound at the latest. */
const ONSET_MS = 150;
/** Words that were begun are waited for this long after the end of speech. */
const OWED_MS = 1000;
/** Speech without words: the answer goes on this long after its end. */
const NO_WORDS_MS = 250;
/** After this much speech there will be words, and they are waited for. */
const LONG_SPEECH_MS = 400;
const NO_WORDS_LONG_MS = 1200;
/** Speech of this length behind a question, counted from when the model knew of it, is more of it. */
const GOES_ON_MS = 300;
/** After this much silence nobody is speaking at the moment, and it is looked again. */
const BRIEF_MS = 50;
/** Most words of a speech have come this long after its end: a question is taken as it stands then. */
const WORDLESS_MS = 350;

/** Somebody speaks, has paused, or has said all. */
export type SpeechState = "speaking" | "paused" | "over";

/** What the caller does, as far as ears and silence tell. */
export interface ListenerHandlers {
  onSpeechStart(): void;
  /** Nothing is heard for now; the question may be over. */
  onPause(): void;
  /** Somebody has spoken for so long behind what `onQuestion` told that it is not all of the question. */
  onGoesOn(): void;
  /** The speech held no words, or none came in time. */
  onNoWords(): void;
  /** Words of the utterance; `drop` says that they, and all before them, are no question. */
  onWords(text: string, final: boolean): "keep" | "drop";
  /** The question as it stands, while the silence behind it is still short; again when nobody added a word to it. */
  onQuestion(text: string): void;
  /** The strict silence has passed. */
  onEnd(text: string): void;
  /** False: whatever is said has to wait. */
  mayEnd(): boolean;
}

export interface Listener {
  /** What the model says. */
  readonly vad: VadListener;
  onHeard(heard: Heard): void;
  /** To be called after every frame of audio, and whenever an answer has ended. */
  tick(): void;
  /** Somebody speaks now. */
  speaking(): boolean;
  /** The instant at which the question that is over began, or the one that is being asked; null: none was. */
  takeSpokeAtMs(): number | null;
  /** Something is being said, or was and is not answered yet. */
  busy(): boolean;
  /** How many samples have been judged. */
  judged(): number;
  /** What was said so far is nobody's question. */
  forget(): void;
  close(): void;
}

export function createListener(options: {
  readonly clock: SilenceClock;
  readonly endpointSilenceMs: number;
  readonly handlers: ListenerHandlers;
  readonly now: () => number;
}): Listener {
  const { clock, endpointSilenceMs, handlers, now } = options;
  let finals: string[] = [];
  let interim = "";
  let asked = "";
  const settled = createSettled(now);
  /** Somebody has spoken since `onQuestion` told what is asked. */
  let spokeSince = false;
  let speaking = false;
  let judged = 0;
  /** Samples up to which the model heard speech. */
  let speechUntil = 0;
  let startedAtMs = -Infinity;
  let endedAtMs = -Infinity;
  let finalAtMs = -Infinity;
  let spokeAtMs: number | null = null;
  let noWords: NodeJS.Timeout | undefined;
  let goesOn: NodeJS.Timeout | undefined;

  const text = (): string => finals.join(" ");

  /** The silence that the model has seen. */
  const modelSilentMs = (): number => hearingMs(judged - speechUntil);

  const isSilent = (silenceMs: number): boolean => {
    if (clock.isDeaf()) return true;
    const behindMs = hearingMs(clock.received() - judged);
    if (behindMs > MODEL_GONE_MS) return clock.silentMs() >= silenceMs;
    if (speaking || behindMs > MODEL_LATE_MS) return false;
    // Speech that is too soft for the clock, or noise that is too loud: the model alone, with a margin.
    const heard = hearingMs(speechUntil - clock.lastLoud()) <= SOFT_MS;
    if (heard && clock.silentMs() >= silenceMs) return modelSilentMs() >= silenceMs - MODEL_LATE_MS;
    return modelSilentMs() >= silenceMs + MODEL_ALONE_MS;
  };

  /** Something was said that no final covers yet. */
  const isOwed = (): boolean => {
    const since = now() - endedAtMs;
    if (since > OWED_MS) return false;
    return interim !== "" || endedAtMs > finalAtMs;
  };

  const settleInterim = (): void => {
    if (interim === "" || now() - endedAtMs <= OWED_MS) return;
    const words = interim;
    interim = "";
    settled.take(words);
    if (isKept(words, true)) finals.push(words);
  };

  const forget = (): void => {
    finals = [];
    interim = "";
    asked = "";
  };

  const isKept = (words: string, final: boolean): boolean => {
    if (handlers.onWords([...finals, words].join(" "), final) === "keep") return true;
    forget();
    if (!speaking) waitForWords(0);
    return false;
  };

  /** Tells the question as it stands, unless more words of it are on their way. */
  const tell = (): void => {
    const mayGrow = isOwed() && (interim !== "" || now() - endedAtMs < WORDLESS_MS);
    if (speaking || mayGrow || finals.length === 0 || !handlers.mayEnd()) return;
    if (text() === asked && !spokeSince) return;
    asked = text();
    spokeSince = false;
    handlers.onQuestion(asked);
  };

  const tick = (): void => {
    if (finals.length === 0 && interim === "") return;
    const isOver = isSilent(endpointSilenceMs);
    if (isOver) settleInterim();
    if (!isOver || isOwed()) return tell();
    if (finals.length === 0 || !handlers.mayEnd()) return;
    const question = text();
    forget();
    handlers.onEnd(question);
  };

  const watchGoingOn = (delayMs: number): void => {
    clearTimeout(goesOn);
    goesOn = setTimeout(() => {
      if (modelSilentMs() < BRIEF_MS) handlers.onGoesOn();
      else watchGoingOn(BRIEF_MS);
    }, delayMs);
  };

  const waitForWords = (delayMs: number): void => {
    clearTimeout(noWords);
    noWords = setTimeout(() => {
      if (speaking || finals.length > 0) return;
      if (interim !== "" && now() - endedAtMs <= OWED_MS) waitForWords(NO_WORDS_MS);
      else if (interim === "") handlers.onNoWords();
      else tick();
    }, delayMs);
  };

  return {
    vad: {
      onStart() {
        speaking = true;
        settled.forget();
        startedAtMs = now();
        if (finals.length === 0 && interim === "") spokeAtMs = now();
        spokeSince = true;
        clearTimeout(noWords);
        if (asked !== "") watchGoingOn(GOES_ON_MS);
        handlers.onSpeechStart();
      },
      onEnd(speechMs) {
        speaking = false;
        clearTimeout(goesOn);
        endedAtMs = Math.min(now(), clock.lastLoudAtMs() ?? now());
        handlers.onPause();
        const wasLoud = endedAtMs >= startedAtMs - ONSET_MS;
        const isCovered = wasLoud && finalAtMs > Math.max(startedAtMs, endedAtMs);
        // All of it has its final, and nobody keeps the words: there is nothing to wait for.
        if (isCovered && finals.length === 0 && interim === "") waitForWords(0);
        else waitForWords(speechMs < LONG_SPEECH_MS ? NO_WORDS_MS : NO_WORDS_LONG_MS);
      },
      onWindow(speech, samples) {
        judged = samples;
        if (speech) speechUntil = samples;
      },
    },
    onHeard({ type, text: words }) {
      const trimmed = words.trim();
      if (type === "final") finalAtMs = now();
      if (type === "final") interim = "";
      if (trimmed === "" || settled.covers(trimmed, type === "final")) return tick();
      if (!isKept(trimmed, type === "final")) return;
      if (type === "final") finals.push(trimmed);
      else interim = trimmed;
      tick();
    },
    tick,
    speaking: () => speaking,
    busy: () => speaking || finals.length > 0 || interim !== "",
    takeSpokeAtMs() {
      const taken = spokeAtMs;
      spokeAtMs = null;
      return taken;
    },
    judged: () => judged,
    forget,
    close() {
      clearTimeout(noWords);
      clearTimeout(goesOn);
    },
  };
}
