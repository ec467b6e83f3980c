import { expect, test } from "vitest";
import { createProgramMetrics } from "../../../orchestrator/metrics/program.ts";

test("the start and the version of a program are there, and its start stays what it was", async () => {
  const program = createProgramMetrics("1.2.3");
  const read = async (): Promise<number> =>
    Number(
      /^sightline_start_time_seconds\{version="1\.2\.3"\} (\S+)$/m.exec(await program.exposition())?.[1],
    );
  const first = await read();
  expect(Math.abs(first - (Date.now() / 1000 - process.uptime()))).toBeLessThan(1);
  expect(await read()).toBe(first);
});
