import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { alone } from "./alone.ts";
import { type BenchResult, machine, toMarkdown } from "./benchmark.ts";
import { drawResult } from "./chart.ts";

/**
 * Runs every benchmark, or those named, one after the other, and renews their sections of
 * docs/benchmarks.md, their figures and their pictures. One that fails keeps its old section, and the
 * others go on; the exit status is 1 when a target was missed, 2 when a benchmark failed.
 */
const { positionals } = parseArgs({ allowPositionals: true });
const PAGE = `${import.meta.dirname}/../docs/benchmarks.md`;
const FOLDER = `${import.meta.dirname}/../docs/benchmarks`;
const NOT_BENCHMARKS = new Set(["alone", "alone-child", "benchmark", "chart", "child", "run"]);
/** Run only when they are named: they need what not every machine has. */
const ON_REQUEST = new Set(["engine-prefill", "engine-prefill-cpu"]);
const all = (await readdir(import.meta.dirname))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length))
  .filter((name) => !NOT_BENCHMARKS.has(name))
  .sort();
const names = positionals.length > 0 ? positionals : all.filter((name) => !ON_REQUEST.has(name));

const sections = await readSections();
let missed = 0;
const failed: string[] = [];
for (const name of names) {
  console.error(`bench: ${name}`);
  const result = await alone<BenchResult>(`${name}.ts`).catch((error: unknown) => {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (!result) {
    failed.push(name);
    continue;
  }
  missed += result.rows.filter((row) => row.met === false).length;
  const section = toMarkdown(result);
  console.log(section);
  sections.set(name, section);
  await writeFiles(result);
  await writePage();
}
if (failed.length > 0) console.error(`bench: failed: ${failed.join(", ")}`);
process.exit(failed.length > 0 ? 2 : missed > 0 ? 1 : 0);

async function writeFiles(result: BenchResult): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const command = `node bench/${result.name}.ts`;
  const figures = JSON.stringify({ command, machine: machine(), ...result }, toHundredths, 1);
  await writeFile(`${FOLDER}/${result.name}.json`, `${figures}\n`);
  await writeFile(`${FOLDER}/${result.name}.svg`, drawResult(result, machine()));
}

/** The sections that the page has, by the name in their command. */
async function readSections(): Promise<Map<string, string>> {
  const page = await readFile(PAGE, "utf8").catch(() => "");
  const found = page.split(/^(?=## )/m).flatMap((section) => {
    const name = /^`node bench\/([\w-]+)\.ts`/m.exec(section)?.[1];
    return name === undefined ? [] : [[name, section] as const];
  });
  return new Map(found);
}

async function writePage(): Promise<void> {
  const head = [
    "# Benchmarks",
    "",
    "Made by `make bench`; one section alone by its own command. Baselines ran side by side in the same run. Absolute times hold for the machine they were measured on:",
    "",
    machine(),
    "",
    "",
  ].join("\n");
  const known = all.flatMap((name) => sections.get(name) ?? []);
  await writeFile(PAGE, `${head}${known.map((section) => `${section.trim()}\n`).join("\n")}`);
}

function toHundredths(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 100) / 100 : value;
}
