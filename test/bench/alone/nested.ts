import { alone } from "../../../bench/alone.ts";

/** A benchmark whose parts run in processes of their own. */
export async function run(values: readonly number[]): Promise<unknown> {
  const parts = values.map((value) => alone<{ twice: number }>("../test/bench/alone/leaf.ts", value));
  return (await Promise.all(parts)).map(({ twice }) => twice);
}
