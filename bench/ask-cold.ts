import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bench, quantile, runDirectly } from "./benchmark.ts";

const RUNS = 20;
const TARGET_MS = 1500;
const QUESTION = "Is anyone there?";

const project = fileURLToPath(new URL("..", import.meta.url));
const shelf = join(process.env["ASSETS_MIRROR"] ?? join(project, "../shared/assets"), "person-gate");
const photo = join(shelf, "images/007_data_person.jpg");

/**
 * `./sightline ask`, nothing configured, from its start to the describer's first word: a new process
 * and a new gate child with the real weights each time.
 */
export const run: Bench = async () => {
  const title = "Cold start of `./sightline ask`";
  const what = `\`./sightline ask photo.jpg "${QUESTION}"\`, gate child included, to the first word of the describer`;
  if (!existsSync(photo)) {
    const row = { what, target: `p95 ≤ ${TARGET_MS} ms`, measured: "no weights and photos here", met: null };
    return { name: "ask-cold", title, rows: [row], notes: ["Needs ASSETS_MIRROR."] };
  }
  // The first run after an installation also compiles every module.
  const first = await askOnce({ NODE_DISABLE_COMPILE_CACHE: "1" });
  await askOnce({});
  const times: number[] = [];
  const totals: number[] = [];
  for (let count = 0; count < RUNS; count++) {
    const { firstWordMs, totalMs } = await askOnce({});
    times.push(firstWordMs);
    totals.push(totalMs);
  }
  const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
  return {
    name: "ask-cold",
    title,
    rows: [
      {
        what,
        target: `≤ ${TARGET_MS} ms`,
        measured: `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms (n = ${RUNS})`,
        met: p95 <= TARGET_MS,
      },
      {
        what: "the same, without the cache of compiled modules, as after an installation",
        target: "–",
        measured: `${first.firstWordMs.toFixed(0)} ms`,
        met: null,
      },
    ],
    notes: [
      `Measured from the start of the shell script to the first byte on its standard output; the person is found each time. To the end of the process: p50 ${quantile(totals, 0.5).toFixed(0)} ms. The gate's process starts before the rest of the command is loaded, and is what is waited for: its own modules, the detector and the two fixed pictures it must judge rightly first.`,
    ],
  };
};

async function askOnce(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly firstWordMs: number; readonly totalMs: number }> {
  const startMs = performance.now();
  const child = spawn(join(project, "sightline"), ["ask", photo, QUESTION], {
    env: { PATH: process.env["PATH"], MODELS_DIR: shelf, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let firstWordMs = Number.NaN;
  let answer = "";
  child.stdout.on("data", (chunk: Buffer) => {
    if (answer === "") firstWordMs = performance.now() - startMs;
    answer += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0 || !/person|people/i.test(answer))
    throw new Error(`ask ended with ${code}: ${JSON.stringify(answer)}`);
  return { firstWordMs, totalMs: performance.now() - startMs };
}

await runDirectly(import.meta.url, run);
