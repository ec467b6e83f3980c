import { readdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type Bench, machine, toMarkdown } from "./benchmark.ts";

/** Runs every benchmark, or those named, one after the other; all of them together rewrite docs/benchmarks.md. */
const { positionals } = parseArgs({ allowPositionals: true });
const NOT_BENCHMARKS = new Set(["benchmark", "child", "run"]);
const all = (await readdir(import.meta.dirname))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length))
  .filter((name) => !NOT_BENCHMARKS.has(name))
  .sort();
const names = positionals.length > 0 ? positionals : all;

const sections: string[] = [];
let missed = 0;
for (const name of names) {
  console.error(`bench: ${name}`);
  const { run } = (await import(`./${name}.ts`)) as { run: Bench };
  const result = await run();
  missed += result.rows.filter((row) => row.met === false).length;
  sections.push(toMarkdown(result));
  console.log(sections.at(-1));
}

if (positionals.length === 0) {
  const head = [
    "# Benchmarks",
    "",
    "Made by `make bench`; one section alone by its own command. Baselines ran side by side in the same run. Absolute times hold for the machine they were measured on:",
    "",
    machine(),
    "",
  ];
  await writeFile(`${import.meta.dirname}/../docs/benchmarks.md`, [...head, ...sections].join("\n"));
}
process.exit(missed > 0 ? 1 : 0);
