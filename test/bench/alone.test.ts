import { expect, test } from "vitest";
import { alone } from "../../bench/alone.ts";

const FOLDER = "../test/bench/alone";

test("runs a file of the benchmarks in a process of its own", async () => {
  const { twice, pid } = await alone<{ twice: number; pid: number }>(`${FOLDER}/leaf.ts`, 21);
  expect(twice).toBe(42);
  expect(pid).not.toBe(process.pid);
});

test("one that starts parts of itself the same way ends too", async () => {
  expect(await alone(`${FOLDER}/nested.ts`, [1, 2, 3])).toEqual([2, 4, 6]);
});

test("one that throws is an error that names it", async () => {
  await expect(alone(`${FOLDER}/throws.ts`)).rejects.toThrow(/throws\.ts ended with 1 and no result$/);
});
