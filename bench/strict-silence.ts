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
const NOISES_DB = [-50, -44, -38, -35] as const;
const PAUSES_MS = [100, 490] as const;
const QUIET = { calls: 6, pausesMs: PAUSES_MS, frame: FINE_FRAME } as const;
const P50_MS = 10;
const P95_MS = 25;

type Trials = readonly EndpointTrial[];

/** Utterances with inner pauses, spoken into calls of one process: how soon after the strict silence, never before. */
export const run: Bench = async () => {
  const trials = (perCall: number, options: Partial<EndpointOptions> = {}): Promise<Trials> =>
    endpointTrials({ ...QUIET, ...options, perCall });
  const text = await trials(24);
  const picture = await trials(16, { kind: "picture" });
  const hard = await trials(10, { pausesMs: [440, 490] });
  const lateWords = await trials(10, { finalsMs: [100, 900] });
  const coarse = await trials(6, { frame: 2 * FINE_FRAME });
  const noisy: { readonly noiseDb: number; readonly heard: Trials }[] = [];
  for (const noiseDb of NOISES_DB) noisy.push({ noiseDb, heard: await trials(5, { noiseDb }) });
  const defaults = await trials(7, { baseline: "defaults" });
  const preemptive = await trials(7, { baseline: "preemptive" });
  const quiet = [...text, ...picture, ...hard, ...lateWords, ...coarse];
  const ours = [...quiet, ...noisy.flatMap(({ heard }) => heard)];
  return {
    name: "strict-silence",
    title: "First sound after the strict silence of 500 ms, and never before",
    rows: [
      neverEarly("our calls, all utterances", ours),
      {
        what: "utterances without an answer, our calls",
        target: "0",
        measured: `${count(ours, isUnanswered)} of ${ours.length}`,
        met: !ours.some(isUnanswered),
      },
      {
        what: "answers to less or more than was said; other words than without computing ahead (a hash of the whole prompt, with the picture that it chose)",
        target: "0",
        measured: `${count(quiet, ({ whole }) => !whole)} of ${quiet.length}`,
        met: quiet.every(({ whole }) => whole),
      },
      fast("questions about words", text),
      fast("questions about the camera's picture", picture),
      stated("pauses of 440–490 ms only", hard),
      stated("frames of 20 ms", coarse),
      stated(
        "finals 100–900 ms after the speech, counted from when the words can be answered",
        lateWords.map(fromWords),
      ),
      ...noisy.map(({ noiseDb, heard }) => stated(`steady noise of ${noiseDb} dBFS`, heard)),
      baseline("agents-js, defaults", defaults),
      baseline("agents-js, preemptive model and voice", preemptive),
    ],
    series: [
      series("text", text, P95_MS),
      series("picture", picture, P95_MS),
      ...noisy.map(({ noiseDb, heard }) => series(`noise ${noiseDb} dBFS`, heard)),
      series("agents-js, defaults", defaults),
      series("agents-js, preemptive", preemptive),
    ],
    notes: [
      `Six calls at once in one process, no WebRTC, real voice activity detection: speech by espeak-ng with pauses of ${PAUSES_MS.join("–")} ms inside, frames of 10 ms over a noise floor of −64 dBFS, finals 150–250 ms after each part of the utterance, first token ${MODEL_MS} ms, first sound of the voice ${VOICE_MS} ms. The true end is the last sample above −45 dBFS; times are of the first sound, after the end + 500 ms. Half a frame is the least that counting received silence can take. The baselines are a bare \`AgentSession\` with the same ears, model, voice and callers.`,
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
    measured: times(trials),
    met: quantile(late, 0.5) <= P50_MS && quantile(late, 0.95) <= P95_MS,
  };
}

function stated(what: string, trials: Trials): BenchRow {
  return {
    what: `the same, ${what} (${trials.length})`,
    target: "–",
    measured: `${times(trials)}; ${count(trials, isEarly)} early`,
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
