import { readdir, readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type Bench, machine, toMarkdown } from "./benchmark.ts";

/** Runs every benchmark, or those named, one after the other, and renews their sections of docs/benchmarks.md. */
const { positionals } = parseArgs({ allowPositionals: true });
const PAGE = `${import.meta.dirname}/../docs/benchmarks.md`;
const NOT_BENCHMARKS = new Set(["benchmark", "child", "run"]);
const all = (await readdir(import.meta.dirname))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length))
  .filter((name) => !NOT_BENCHMARKS.has(name))
  .sort();
const names = positionals.length > 0 ? positionals : all;

const sections = await readSections();
let missed = 0;
for (const name of names) {
  console.error(`bench: ${name}`);
  const { run } = (await import(`./${name}.ts`)) as { run: Bench };
  const result = await run();
  missed += result.rows.filter((row) => row.met === false).length;
  const section = toMarkdown(result);
  console.log(section);
  sections.set(name, section);
  await writePage();
}
process.exit(missed > 0 ? 1 : 0);

/** The sections that the page has, by the name in their command. */
async function readSections(): Promise<Map<string, string>> {
  const page = await readFile(PAGE, "utf8").catch(() => "");
  const found = page.split(/^(?=## )/m).flatMap((section) => {
    const name = /^`node bench\/([\w-]+)\.ts`$/m.exec(section)?.[1];
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
