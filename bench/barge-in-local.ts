import { bargeInTrials, nodTrials, plainBargeInTrials } from "../test/standins/call/barge-in-trials.ts";
import { type Bench, quantile, runDirectly } from "./benchmark.ts";

const BARGE_INS = 50;
const NODS = 30;
const BASELINES = 25;
const STOP_P95_MS = 170;
const RESUME_MS = 400;

/** One call in one process, no WebRTC: how fast a caller silences an answer, and how it goes on after a nod. */
export const run: Bench = async () => {
  const bargeIns = await bargeInTrials(BARGE_INS);
  const nods = await nodTrials(NODS);
  const defaults = await plainBargeInTrials(BASELINES, "defaults");
  const silent = bargeIns.map(({ silentMs }) => silentMs);
  const equal = bargeIns.filter(({ heard, history }) => heard === history).length;
  const after = bargeIns.reduce((sum, { after }) => sum + after, 0);
  const paused = nods.map(({ resumedMs }) => resumedMs).filter((ms) => ms !== 0);
  const whole = nods.filter(({ isWhole }) => isWhole).length;
  const stopped = defaults.filter((ms) => !Number.isNaN(ms));
  return {
    name: "barge-in-local",
    title: "Barge-in without WebRTC",
    rows: [
      {
        what: `caller's first sample → silence, ${BARGE_INS} trials`,
        target: `p95 ≤ ${STOP_P95_MS} ms`,
        measured: times(silent),
        met: quantile(silent, 0.95) <= STOP_P95_MS,
      },
      {
        what: "history equal to what was heard, every other caller going on at once",
        target: "100 %",
        measured: `${equal} of ${bargeIns.length}`,
        met: equal === bargeIns.length,
      },
      {
        what: "words of an answer that sounded after it was cut off",
        target: "0",
        measured: String(after),
        met: after === 0,
      },
      {
        what: `"mhm", "okay", "yes": last sample of it → the answer goes on, ${NODS} trials, ${paused.length} of which paused it`,
        target: `p95 ≤ ${RESUME_MS} ms`,
        measured: times(paused),
        met: quantile(paused, 0.95) <= RESUME_MS,
      },
      {
        what: "answers heard without a lost word after one",
        target: "all",
        measured: `${whole} of ${nods.length}`,
        met: whole === nods.length,
      },
      {
        what: `baseline: agents-js defaults, caller's first sample → silence, ${BASELINES} trials`,
        target: "–",
        measured: `${times(stopped)}; ${defaults.length - stopped.length} never silenced`,
        met: null,
      },
    ],
    series: [
      { name: "barge-in → silence", unit: "ms", values: silent, limit: STOP_P95_MS },
      { name: "nod → goes on", unit: "ms", values: paused, limit: RESUME_MS },
      { name: "agents-js, defaults", unit: "ms", values: stopped },
    ],
    notes: [
      "Callers speak by espeak-ng at any moment of an answer, words come 150–300 ms after the speech; what was heard is read off the samples that a loudspeaker played in real time. The baseline is a bare `AgentSession` with the same voice and callers. WebRTC adds its own time to both directions.",
    ],
  };
};

function times(values: readonly number[]): string {
  const [p50, p95, max] = [0.5, 0.95, 1].map((q) => quantile(values, q).toFixed(0));
  return `p50 ${p50}, p95 ${p95}, max ${max} ms`;
}

await runDirectly(import.meta.url, run);
