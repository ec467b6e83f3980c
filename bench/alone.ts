import { fork } from "node:child_process";
import { join } from "node:path";

/**
 * Calls `run` of a file of this folder in a process of its own, so that what it leaves behind, dies of
 * or keeps the processor busy with is its own.
 *
 * @throws {Error} when it threw or ended without a result
 */
export function alone<Result>(file: string, argument?: unknown): Promise<Result> {
  const child = fork(join(import.meta.dirname, "alone-child.ts"), [file, JSON.stringify(argument ?? null)], {
    serialization: "advanced",
  });
  let answer: { readonly result: Result } | undefined;
  child.on("message", (message) => {
    answer = message as { readonly result: Result };
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (answer) resolve(answer.result);
      else reject(new Error(`${file} ended with ${signal ?? code} and no result`));
    });
  });
}
