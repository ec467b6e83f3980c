import { cpus } from "node:os";
import { pathToFileURL } from "node:url";

/** One promise held against a measurement. */
export interface BenchRow {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  /** Null: stated beside the others, without a target of its own. */
  readonly met: boolean | null;
}

/** Single measurements behind a row, for the picture and for whoever reads the JSON. */
export interface Series {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** Drawn as a line: what most of them should stay below. */
  readonly limit?: number;
}

/** What one benchmark file found; `docs/benchmarks.md` is made of these. */
export interface BenchResult {
  /** File name without extension: `node bench/NAME.ts` reproduces it. */
  readonly name: string;
  readonly title: string;
  readonly rows: readonly BenchRow[];
  readonly series?: readonly Series[];
  /** Markdown below the table: how it was measured, further tables, what limits it. */
  readonly notes: readonly string[];
}

/** A benchmark. Every `bench/NAME.ts` exports one as `run`. */
export type Bench = () => Promise<BenchResult>;

/** The value below which the share `q` (0–1) of the sorted copy lies (nearest rank). */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

/** The machine that an absolute time was measured on. */
export function machine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model.trim() ?? "unknown CPU"}, Node ${process.versions.node}`;
}

/** Renders a result as a section of `docs/benchmarks.md`. */
export function toMarkdown(result: BenchResult): string {
  const rows = result.rows.map(
    (row) =>
      `| ${row.what} | ${row.target} | ${row.measured} | ${row.met === null ? "–" : row.met ? "yes" : "**no**"} |`,
  );
  return [
    `## ${result.title}`,
    "",
    `\`node bench/${result.name}.ts\` · [figures](benchmarks/${result.name}.json) · [picture](benchmarks/${result.name}.svg)`,
    "",
    "| what | target | measured | met |",
    "|---|---|---|---|",
    ...rows,
    "",
    ...result.notes.flatMap((note) => [note, ""]),
  ].join("\n");
}

/** Prints the result and ends the process, when the benchmark's file is what Node was started with. */
export async function runDirectly(metaUrl: string, bench: Bench): Promise<void> {
  if (metaUrl !== pathToFileURL(process.argv[1] ?? "").href) return;
  const result = await bench();
  console.log(`${machine()}\n\n${toMarkdown(result)}`);
  // The native part of a room keeps its process alive.
  process.exit(result.rows.some((row) => row.met === false) ? 1 : 0);
}
