import type { Pcm } from "../lib/pcm.ts";
import type { Logger } from "../log.ts";
import type { SpeechPlace, Voice } from "../speech/speech.ts";
import { longer, shorter, verbosityNote, type Verbosity } from "../turn/verbosity.ts";
import type { Delivery } from "./answering/answer.ts";
import { earcon } from "./voice/earcons.ts";
import { callNoticesIn, type CallNoticeKey } from "./voice/notices-text.ts";
import type { Notices } from "./voice/notices.ts";
import type { Persona } from "./persona.ts";

/** One command changes the speech rate by this factor; three of them nearly double it. */
const RATE_STEP = 1.2;
const SLOWEST = 0.5;
const FASTEST = 2;
/** The sentence that nothing can be answered is said once in this time, and is a short sound in between. */
const CANNOT_ANSWER_MS = 30_000;

/** How this caller wants answers: how fast, how long, spoken or read. */
export interface Manner {
  rate(): number;
  /** Returns false when it stays as it is. */
  setRate(rate: number): boolean;
  faster(): boolean;
  slower(): boolean;
  /** What goes behind a question in the prompt. */
  note(): string;
  shorter(): boolean;
  longer(): boolean;
  setTextOnly(on: boolean): void;
  textOnly(): boolean;
  delivery(sampleRate: number): Delivery;
  /** Which service would be given the words of an answer now; null: they are read. */
  voicePlace(): SpeechPlace | null;
  /** A sentence has begun to sound. */
  onSaid(text: string): void;
}

export function createManner(options: {
  readonly persona: Persona;
  readonly notices: Notices;
  readonly voice: Voice | undefined;
  readonly log: Logger;
}): Manner {
  const { persona, notices, voice, log } = options;
  const { language } = persona;
  let rate = persona.rate;
  let verbosity = persona.verbosity;
  let textOnly = false;
  let cannotAnswerAtMs = -Infinity;
  const texts = callNoticesIn(language);
  const keys = new Map((Object.keys(texts) as CallNoticeKey[]).map((key) => [texts[key], key]));

  const setRate = (wanted: number): boolean => {
    const before = rate;
    rate = Math.min(FASTEST, Math.max(SLOWEST, Math.round(wanted * 100) / 100));
    return rate !== before;
  };
  const setVerbosity = (wanted: Verbosity): boolean => {
    const before = verbosity;
    verbosity = wanted;
    return verbosity !== before;
  };
  const rendered = (text: string): Pcm | undefined => {
    const key = keys.get(text);
    if (key === "cannot-answer" && performance.now() - cannotAnswerAtMs < CANNOT_ANSWER_MS)
      return earcon("error");
    // Sentences were rendered at the voice's own rate: at another one they would stand out.
    return key && (rate === 1 || key === "cannot-answer") ? notices.audio(key) : undefined;
  };

  return {
    rate: () => rate,
    setRate,
    faster: () => setRate(rate * RATE_STEP),
    slower: () => setRate(rate / RATE_STEP),
    note: () => verbosityNote(verbosity, language),
    shorter: () => setVerbosity(shorter(verbosity)),
    longer: () => setVerbosity(longer(verbosity)),
    setTextOnly: (on) => {
      textOnly = on;
    },
    textOnly: () => textOnly,
    delivery: (sampleRate) => ({
      voice: textOnly ? undefined : voice,
      sampleRate,
      rate,
      language,
      rendered,
      onFault: (error) =>
        log.error({ fault: error instanceof Error ? error.name : typeof error }, "answer broke"),
    }),
    voicePlace: () => (textOnly ? null : (voice?.place() ?? null)),
    onSaid(text) {
      const key = keys.get(text);
      if (key === "cannot-answer" && performance.now() - cannotAnswerAtMs >= CANNOT_ANSWER_MS)
        cannotAnswerAtMs = performance.now();
    },
  };
}
