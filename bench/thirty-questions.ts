import { parseArgs } from "node:util";
import { profiles } from "../inference/simulator/profiles.ts";
import { alone } from "./alone.ts";
import { type Bench, type BenchRow, quantile, runDirectly } from "./benchmark.ts";
import { uncached } from "./prefill/converse.ts";
import { growthRow, seriesOf, ttfts } from "./prefill/figures.ts";
import { floorMs } from "./prefill/floor.ts";
import type { Calls } from "./prefill/real-engine.ts";
import type { Cell } from "./thirty/cell.ts";
import { intervalsOf } from "./thirty/growth.ts";
import { PERIOD_MS } from "./thirty/pace.ts";

/** Whether the thirtieth question of a call waits longer than the first, alone and among eight calls. */

const { values } = parseArgs({ options: { questions: { type: "string", default: "30" } }, strict: false });
const QUESTIONS = Number(values.questions);
/** Ten engines with one call each; five with eight, of the baselines two. */
const SINGLE = { calls: 1, engines: 10 } as const;
const EIGHT = { calls: 8, engines: 5 } as const;
const FEWER = { calls: 8, engines: 2 } as const;
/** A person who asks again as soon as the last token is there, and hears no answer. */
const SATURATED_SPEECH_MS = 1800;
/** Of a picture of 640×480 or of 1280×720, of the constant text behind it, and of an answer. */
const TOKENS = 374;
const LARGE_TOKENS = 720;
const NOTE_TOKENS = 66;
const ANSWER_TOKENS = 22;

interface Part {
  readonly name: string;
  readonly cell: Cell;
  readonly kind: "judged" | "baseline" | "stated";
}

const L4 = { profile: "l4-7b-fp8", history: "ours", questions: QUESTIONS, pace: "person" } as const;
const H100 = { ...L4, profile: "h100-7b" } as const;
const LARGE = { camera: { width: 1280, height: 720 } } as const;

const PARTS: readonly Part[] = [
  { name: "l4-7b-fp8, one call", cell: { ...L4, ...SINGLE }, kind: "judged" },
  {
    name: "l4-7b-fp8, one call, everything kept",
    cell: { ...L4, ...SINGLE, history: "everything" },
    kind: "baseline",
  },
  {
    name: "l4-7b-fp8, one call, last picture only",
    cell: { ...L4, ...SINGLE, history: "last-picture" },
    kind: "baseline",
  },
  { name: "l4-7b-fp8, 8 calls at once", cell: { ...L4, ...EIGHT }, kind: "judged" },
  {
    name: "l4-7b-fp8, 8 calls at once, everything kept",
    cell: { ...L4, ...FEWER, history: "everything" },
    kind: "baseline",
  },
  {
    name: "l4-7b-fp8, 8 calls at once, last picture only",
    cell: { ...L4, ...FEWER, history: "last-picture" },
    kind: "baseline",
  },
  { name: "h100-7b, one call", cell: { ...H100, ...SINGLE }, kind: "judged" },
  { name: "h100-7b, 8 calls at once", cell: { ...H100, ...EIGHT }, kind: "judged" },
  {
    name: "l4-7b-fp8, one call, pictures of 720 tokens",
    cell: { ...L4, ...SINGLE, ...LARGE },
    kind: "stated",
  },
  {
    name: "l4-7b-fp8, 8 calls at once, saturated: each asks again at the last token of an answer",
    cell: { ...L4, calls: 8, engines: 1, pace: SATURATED_SPEECH_MS },
    kind: "stated",
  },
];

export const run: Bench = async () => {
  const measured = await Promise.all(
    PARTS.map(async (part) => ({ part, calls: await alone<Calls>("thirty/cell.ts", part.cell) })),
  );
  return {
    name: "thirty-questions",
    title: "The thirtieth question waits no longer than the first",
    rows: measured.map(({ part, calls }) => rowOf(part, calls)),
    series: measured.map(({ part, calls }) => seriesOf(part.name, calls)),
    notes: [
      `${QUESTIONS} questions about as many pictures in each call, half of them with people and what the detector found of them: 374 tokens a picture, or 720. Memory, prefill ahead and choice of frame are those of our calls, with their picture budget (24) and a server with our flags (25 pictures, 16,384 tokens), so that pictures give way to their descriptions within the call; calls of one engine share its client. TTFT counts from the last word, without the strict silence that hides it. **Simulated** vLLM with the estimated constants of the named GPU, another seed for each engine.`,
      `Paced as people ask: 1.2–3 s of speech, 0.5 s of silence, 6–9 s of hearing, 0.3–1 s of thought, ${(PERIOD_MS / 1000).toFixed(1)} s a question on average. The ten lengths of each come in an order of the call's own that comes again every ten questions, on an absolute clock, which only an answer that comes after the silence sets back, and eight calls begin ${(PERIOD_MS / 8000).toFixed(1)} s apart: questions 2–11 and 21–30 meet the same load and differ in what was said before. All parts ran at the same time. Load: what the calls of an engine ask of it for their pictures, as a share of its time. In brackets: what 95 of 100 draws of as many calls keep.`,
      [
        "| part | n | TTFT p50 / p95 ms | uncached tokens p50 / p95 |",
        "|---|---|---|---|",
        ...measured.map(({ part, calls }) => lineOf(part, calls)),
      ].join("\n"),
    ],
  };
};

function rowOf({ name, cell, kind }: Part, calls: Calls): BenchRow {
  const intervals = intervalsOf(calls.map((asked) => asked.map(({ ttftMs }) => ttftMs)));
  const row = growthRow(name, calls, kind, intervals);
  return { ...row, measured: `${row.measured}; load ${Math.round(100 * loadOf(cell))} %` };
}

function lineOf({ name }: Part, calls: Calls): string {
  const tokens = calls.flat().map(uncached);
  const figures = [ttfts(calls), tokens].map(
    (all) => `${whole(quantile(all, 0.5))} / ${whole(quantile(all, 0.95))}`,
  );
  return `| ${name} | ${tokens.length} | ${figures.join(" | ")} |`;
}

/** What the calls of one engine ask of it for their pictures, as a share of its time; above 1 they wait for each other. */
function loadOf({ profile, calls, pace, camera }: Cell): number {
  const pictureTokens = camera ? LARGE_TOKENS : TOKENS;
  const { fixedMs, itlMs } = profiles[profile];
  const workMs = floorMs(profile, { pictureTokens, uncachedTokens: pictureTokens + NOTE_TOKENS }) - fixedMs;
  const everyMs = pace === "person" ? PERIOD_MS : pace + fixedMs + itlMs * ANSWER_TOKENS;
  return (calls * workMs) / everyMs;
}

function whole(value: number): string {
  return String(Math.round(value));
}

await runDirectly(import.meta.url, run);
