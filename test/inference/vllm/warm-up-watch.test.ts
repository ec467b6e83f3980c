import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { startSimulator } from "../../../inference/simulator/start.ts";
import { freeTcpPort } from "../../../orchestrator/lib/free-port.ts";
import { startEngineFront } from "../../standins/engine-front.ts";
import { endLater, runWarmUp, startEngineProcess, stateFile, watchEngine } from "./warm-up-program.ts";

const QUICK = ["--every", "0.1", "--canary", "0.4", "--fresh", "2"];
const ready = async (url: string): Promise<string> => (await fetch(`${url}/readyz`)).text();
const metric = async (url: string, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`sightline_engine_${name} `))
      ?.split(" ")[1],
  );
};
const until = (url: string, said: string): Promise<void> =>
  vi.waitFor(async () => expect(await ready(url)).toBe(said), { timeout: 10_000, interval: 30 });

test("serves readiness and figures while the canary goes on, and leaves at once on SIGTERM", async () => {
  const simulator = await startSimulator();
  const front = await startEngineFront(simulator.url);
  endLater(async () => {
    await front.close();
    await simulator.close();
  });
  const args = ["--engine", front.url, "--state", stateFile(), ...QUICK];
  const watcher = await watchEngine(args);
  await until(watcher.url, "ready\n");
  const before = await metric(watcher.url, 'canaries_total{outcome="ok"}');
  await expect.poll(() => metric(watcher.url, 'canaries_total{outcome="ok"}')).toBeGreaterThan(before + 2);
  expect(await metric(watcher.url, "ready")).toBe(1);
  expect(await metric(watcher.url, "warm_ups_total")).toBe(1);
  expect(await metric(watcher.url, 'cache_works{cache="prefix"}')).toBe(1);
  expect(
    Math.abs((await metric(watcher.url, "last_token_timestamp_seconds")) - Date.now() / 1000),
  ).toBeLessThan(5);

  // A probe beside it reads what it found.
  expect(await runWarmUp("check", [...args, "--every", "5"])).toMatchObject({ code: 0, told: [] });

  front.fault = "hang";
  await until(watcher.url, "not ready: stalled\n");
  expect((await fetch(`${watcher.url}/livez`)).status).toBe(200);
  expect((await fetch(`${watcher.url}/readyz`)).status).toBe(503);
  expect(await metric(watcher.url, "ready")).toBe(0);
  expect(await metric(watcher.url, 'canaries_total{outcome="failed"}')).toBeGreaterThan(0);
  expect(await metric(watcher.url, 'faults_total{reason="stalled"}')).toBeGreaterThan(0);
  front.fault = "";
  await until(watcher.url, "ready\n");
  expect(await metric(watcher.url, "warm_ups_total")).toBe(1);

  front.fault = "hang";
  await wait(200);
  watcher.child.kill("SIGTERM");
  expect((await once(watcher.child, "exit"))[0]).toBe(0);
});

test("an address that is taken ends it with one line", async () => {
  const simulator = await startSimulator();
  endLater(() => simulator.close());
  const args = ["--engine", simulator.url, "--state", stateFile()];
  const taken = new URL(simulator.url).host;
  const ran = await runWarmUp("watch", [...args, "--listen", taken]);
  expect(ran).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^warm_up\.py: --listen: .*in use\n$/),
  });
  expect((await runWarmUp("watch", [...args, "--listen", "nowhere"])).code).toBe(2);
});

test("follows an engine that goes and comes, and believes no warmth of the one before", async () => {
  const port = await freeTcpPort();
  const watcher = await watchEngine([
    "--engine",
    `http://127.0.0.1:${port}`,
    "--state",
    stateFile(),
    ...QUICK,
  ]);
  await until(watcher.url, "not ready: refused\n");
  const first = await startEngineProcess({ port });
  await until(watcher.url, "ready\n");
  await first.stop();
  await until(watcher.url, "not ready: refused\n");
  const broken = await startEngineProcess({ port, fault: "wrong-pixels" });
  await until(watcher.url, "not ready: wrong-colour\n");
  await broken.stop();
  await startEngineProcess({ port });
  await until(watcher.url, "ready\n");
  expect(await metric(watcher.url, "warm_ups_total")).toBe(2);
});
