import { needsFrame } from "../orchestrator/turn/needs-frame.ts";
import {
  historyFor,
  type LabelledQuestion,
  ownQuestions,
  referenceQuestions,
} from "../test/orchestrator/turn/question-lists.ts";
import { type Bench, type BenchRow, quantile, runDirectly } from "./benchmark.ts";

/** Which questions need the camera: right on how many, and in what time. */
export const run: Bench = async () => {
  const own = ownQuestions();
  const reference = referenceQuestions();
  const times = microseconds(own);
  return {
    name: "needs-frame",
    title: "Does the question need the camera?",
    rows: [
      ...(reference === undefined ? [] : accuracy("reference list", reference)),
      ...accuracy(
        "own questions, held out",
        own.filter((row) => row.set === "held"),
      ),
      ...accuracy(
        "own questions that the rules were written with",
        own.filter((row) => row.set === "tune"),
      ),
      {
        what: "a decision, median / p99",
        target: "< 50 µs",
        measured: `${quantile(times, 0.5).toFixed(1)} / ${quantile(times, 0.99).toFixed(1)} µs`,
        met: quantile(times, 0.5) < 50,
      },
      {
        what: "a question of 10,000 characters",
        target: "–",
        measured: `${longest().toFixed(2)} ms`,
        met: null,
      },
    ],
    notes: [
      "`test/fixtures/questions.csv`: each question is timed as the fastest of 20 runs, in one process. Held out: a third of the first 442 questions, written before the rules and not looked at while they were.",
    ],
  };
};

function accuracy(what: string, rows: readonly LabelledQuestion[]): readonly BenchRow[] {
  const wrong = rows.filter((row) => needsFrame(row.question, historyFor(row)).value !== row.needed);
  const missed = wrong.filter((row) => row.needed).length;
  const share = 1 - wrong.length / rows.length;
  return [
    {
      what: `${what} (${rows.length})`,
      target: "≥ 97 %, no missed yes",
      measured: `${(100 * share).toFixed(1)} %, ${missed} missed`,
      met: share >= 0.97 && missed === 0,
    },
  ];
}

function microseconds(rows: readonly LabelledQuestion[]): readonly number[] {
  const RUNS = 20;
  const best = rows.map(() => Number.POSITIVE_INFINITY);
  for (let run = 0; run < RUNS; run += 1) {
    for (const [index, row] of rows.entries()) {
      const history = historyFor(row);
      const started = performance.now();
      needsFrame(row.question, history);
      best[index] = Math.min(best[index] ?? 0, (performance.now() - started) * 1000);
    }
  }
  return best;
}

/** Milliseconds. */
function longest(): number {
  const questions = ["the ", "how many a b c ", "x", "what is "].map((part) =>
    part.repeat(10_000).slice(0, 10_000),
  );
  return Math.max(
    ...questions.map((question) => {
      const started = performance.now();
      needsFrame(question, []);
      return performance.now() - started;
    }),
  );
}

await runDirectly(import.meta.url, run);
