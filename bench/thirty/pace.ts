import { createRandom } from "../../inference/simulator/random.ts";

/** When a question is asked: milliseconds from the start of the run. */
export interface Moment {
  /** The first word. */
  readonly speakAtMs: number;
  /** The last word, from which the answer is wanted. */
  readonly askAtMs: number;
  /** The strict silence has passed: the answer is heard. */
  readonly hearAtMs: number;
  /** The answer was heard. */
  readonly heardAtMs: number;
}

/** Questions after which every length has come once, and the same load comes again. */
const CYCLE = 10;
const SILENCE_MS = 500;
/** A question about a picture; hearing an answer of about twenty words; a thought. */
const SPEECH_MS = [1200, 3000] as const;
const HEARING_MS = [6000, 9000] as const;
const THOUGHT_MS = [300, 1000] as const;

/** From one question to the next, on average. */
export const PERIOD_MS = SILENCE_MS + mean(SPEECH_MS) + mean(HEARING_MS) + mean(THOUGHT_MS);

/**
 * When a person asks so many questions. The lengths of speech, hearing and thought are the same ten for
 * everybody, each in an order of the seed's that comes again every ten questions: what is asked of an
 * engine while questions 2–11 and 21–30 are is the same, and only what was said before differs.
 */
export function paceOf(seed: number, count: number, startAtMs: number): readonly Moment[] {
  const random = createRandom(seed);
  const [speech, hearing, thought] = [SPEECH_MS, HEARING_MS, THOUGHT_MS].map((range) =>
    shuffled(steps(range), random),
  );
  const moments: Moment[] = [];
  let atMs = startAtMs;
  for (let nth = 0; nth < count; nth++) {
    const of = (lengths: readonly number[] | undefined): number => lengths?.[nth % CYCLE] ?? 0;
    const askAtMs = atMs + of(speech);
    const hearAtMs = askAtMs + SILENCE_MS;
    const heardAtMs = hearAtMs + of(hearing);
    moments.push({ speakAtMs: atMs, askAtMs, hearAtMs, heardAtMs });
    atMs = heardAtMs + of(thought);
  }
  return moments;
}

/** Ten values at equal distances. */
function steps([least, most]: readonly [number, number]): readonly number[] {
  return Array.from({ length: CYCLE }, (_, nth) => least + ((most - least) * nth) / (CYCLE - 1));
}

function shuffled(values: readonly number[], random: () => number): readonly number[] {
  return values
    .map((value) => ({ value, at: random() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ value }) => value);
}

function mean([least, most]: readonly [number, number]): number {
  return (least + most) / 2;
}
