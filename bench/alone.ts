import { fork } from "node:child_process";
import type { Bench, BenchResult } from "./benchmark.ts";

/**
 * Runs one benchmark in a process of its own, so that what it leaves behind, or dies of, is its own.
 *
 * @throws {Error} when it threw or ended without a result
 */
export function runAlone(name: string): Promise<BenchResult> {
  const child = fork(import.meta.filename, [name], { serialization: "advanced" });
  let result: BenchResult | undefined;
  child.on("message", (message) => {
    result = message as BenchResult;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (result) resolve(result);
      else reject(new Error(`${name} ended with ${signal ?? code} and no result`));
    });
  });
}

if (import.meta.filename === process.argv[1]) {
  const [, , name] = process.argv;
  const { run } = (await import(`./${name}.ts`)) as { run: Bench };
  const result = await run();
  process.send?.(result, () => process.exit(0));
}
