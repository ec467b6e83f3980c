import {
  endpointTrials,
  MODEL_MS,
  VOICE_MS,
  type EndpointOptions,
  type EndpointTrial,
} from "../test/standins/call/endpoint-trials.ts";
import { type Bench, type BenchRow, quantile, runDirectly, type Series } from "./benchmark.ts";

/** Samples of 10 ms, as the LiveKit transport hands them over. */
const FINE_FRAME = 160;
/** Where callers are, and what their line does to the sound. */
const PLACES = {
  "steady noise of −44 dBFS": { room: { sound: "steady", db: -44 } },
  "steady noise of −38 dBFS": { room: { sound: "steady", db: -38 } },
  "steady noise of −35 dBFS": { room: { sound: "steady", db: -35 } },
  "hum of 50 Hz, −35 dBFS": { room: { sound: "hum", hz: 50, db: -35 } },
  "hum of 100 Hz, −35 dBFS": { room: { sound: "hum", hz: 100, db: -35 } },
  "noise of −44 dBFS that a gate mutes between words": { room: { sound: "gated", db: -44 } },
  "noise of −35 dBFS that a gate mutes between words": { room: { sound: "gated", db: -35 } },
  "clicks in the silence": { room: { sound: "clicks" } },
  "six voices behind, −45 dBFS": { room: { sound: "babble", db: -45 } },
  "frames in bursts of up to 60 ms": { jitterMs: 60 },
} as const satisfies Readonly<Record<string, Partial<EndpointOptions>>>;
/** So loud that the model hears speech without end: nothing may be early, but not all is answered. */
const LOUD_BABBLE = { room: { sound: "babble", db: -35 } } as const;
const PAUSES_MS = [100, 490] as const;
const QUIET = { calls: 6, pausesMs: PAUSES_MS, frame: FINE_FRAME } as const;
const NOISY_CALLS = 10;
const P50_MS = 10;
const P95_MS = 25;

type Trials = readonly EndpointTrial[];

/** Utterances with inner pauses, spoken into calls of one process: how soon after the strict silence, never before. */
export const run: Bench = async () => {
  const trials = (perCall: number, options: Partial<EndpointOptions> = {}): Promise<Trials> =>
    endpointTrials({ ...QUIET, ...options, perCall });
  const text = await trials(16);
  const picture = await trials(10, { kind: "picture" });
  const hard = await trials(7, { pausesMs: [440, 490] });
  const lateWords = await trials(7, { finalsMs: [100, 900] });
  const coarse = await trials(4, { frame: 2 * FINE_FRAME });
  const noisy: { readonly place: string; readonly heard: Trials }[] = [];
  for (const [place, options] of Object.entries(PLACES))
    noisy.push({ place, heard: await trials(2, { ...options, calls: NOISY_CALLS }) });
  const loudBabble = await trials(1, { ...LOUD_BABBLE, calls: NOISY_CALLS });
  const defaults = await trials(4, { baseline: "defaults" });
  const preemptive = await trials(4, { baseline: "preemptive" });
  const ours = [...[text, picture, hard, lateWords, coarse].flat(), ...noisy.flatMap(({ heard }) => heard)];
  return {
    name: "strict-silence",
    title: "First sound after the strict silence of 500 ms, and never before",
    rows: [
      neverEarly("our calls, all utterances", [...ours, ...loudBabble]),
      {
        what: "utterances without an answer, our calls",
        target: "0",
        measured: `${count(ours, isUnanswered)} of ${ours.length}`,
        met: !ours.some(isUnanswered),
      },
      {
        what: "answers to less or more than was said; other words than without computing ahead (a hash of the whole prompt, with the picture that it chose)",
        target: "0",
        measured: `${count(ours, ({ whole }) => !whole)} of ${ours.length}`,
        met: ours.every(({ whole }) => whole),
      },
      fast("questions about words", text),
      fast("questions about the camera's picture", picture),
      stated("pauses of 440–490 ms only", hard),
      stated("frames of 20 ms", coarse),
      stated(
        "finals 100–900 ms after the speech, counted from when the words can be answered",
        lateWords.map(fromWords),
      ),
      ...noisy.map(({ place, heard }) => stated(place, heard)),
      stated("six voices behind, −35 dBFS; not counted in answers and words", loudBabble),
      baseline("agents-js, defaults", defaults),
      baseline("agents-js, preemptive model and voice", preemptive),
    ],
    series: [
      series("text", text, P95_MS),
      series("picture", picture, P95_MS),
      ...noisy.map(({ place, heard }) => series(place, heard)),
      series("agents-js, defaults", defaults),
      series("agents-js, preemptive", preemptive),
    ],
    notes: [
      `Six calls at once in one process (ten in noise), no WebRTC, real voice activity detection: speech by espeak-ng with pauses of ${PAUSES_MS.join("–")} ms inside, frames of 10 ms over a noise floor of −69 dBFS, finals 150–250 ms after each part of the utterance, first token ${MODEL_MS} ms, first sound of the voice ${VOICE_MS} ms. The true end is the last sample above −45 dBFS; times are of the first sound, after the end + 500 ms. Half a frame is the least that counting received silence can take. The baselines are a bare \`AgentSession\` with the same ears, model, voice and callers.`,
      "Noise costs time, never an early start: a room's steady sound raises what counts as sound, so that the soft end of a word may be missed, and each doubling of it makes the silence count 100 ms later; a gate's hold and a click are sound, from which the silence counts anew (a gate that takes more of a word than it holds makes a pause longer than it was, which nobody can hear). Voices behind the caller are speech to the detector: at −35 dBFS it mostly hears no end, and the answer waits for a gap in them.",
    ],
  };
};

/** With late words no answer can be there at the mark: what the call adds to the earliest that it could. */
function fromWords(trial: EndpointTrial): EndpointTrial {
  return { ...trial, lateMs: trial.lateMs - Math.max(0, trial.finalMs + MODEL_MS + VOICE_MS - 500) };
}

function neverEarly(what: string, trials: Trials): BenchRow {
  const early = count(trials, isEarly);
  const into = count(trials, ({ intoPause }) => intoPause);
  return {
    what: `early starts; replies into a pause: ${what}`,
    target: "0; 0",
    measured: `${early}; ${into} of ${trials.length}`,
    met: early === 0 && into === 0,
  };
}

function fast(what: string, trials: Trials): BenchRow {
  const late = known(trials);
  return {
    what: `first sound − (end of speech + 500 ms), ${what} (${trials.length})`,
    target: `p50 ≤ ${P50_MS}, p95 ≤ ${P95_MS} ms`,
    measured: `${times(trials)}; ${count(trials, ({ whole }) => !whole)} to other words`,
    met: quantile(late, 0.5) <= P50_MS && quantile(late, 0.95) <= P95_MS,
  };
}

function stated(what: string, trials: Trials): BenchRow {
  return {
    what: `the same, ${what} (${trials.length})`,
    target: "–",
    measured: `${times(trials)}; ${count(trials, isEarly)} early, ${count(trials, isUnanswered)} unanswered, ${count(trials, ({ whole }) => !whole)} to other words`,
    met: null,
  };
}

function baseline(what: string, trials: Trials): BenchRow {
  const unanswered = count(trials, isUnanswered);
  const into = count(trials, ({ intoPause }) => intoPause);
  const other = count(trials, ({ whole }) => !whole);
  return {
    what: `baseline: ${what} (${trials.length})`,
    target: "–",
    measured: `${times(trials)}; ${count(trials, isEarly)} early, ${into} into a pause, ${other} to other words, ${unanswered} unanswered`,
    met: null,
  };
}

function isUnanswered({ lateMs }: EndpointTrial): boolean {
  return Number.isNaN(lateMs);
}

function isEarly({ lateMs }: EndpointTrial): boolean {
  return lateMs < 0;
}

function series(name: string, trials: Trials, limit?: number): Series {
  return { name, unit: "ms", values: known(trials), ...(limit === undefined ? {} : { limit }) };
}

function known(trials: Trials): readonly number[] {
  return trials.map(({ lateMs }) => lateMs).filter((ms) => !Number.isNaN(ms));
}

function count(trials: Trials, matches: (trial: EndpointTrial) => boolean): number {
  return trials.filter(matches).length;
}

function times(trials: Trials): string {
  const [p50, p95, max] = [0.5, 0.95, 1].map((q) => quantile(known(trials), q).toFixed(1));
  return `p50 ${p50}, p95 ${p95}, max ${max} ms`;
}

await runDirectly(import.meta.url, run);
