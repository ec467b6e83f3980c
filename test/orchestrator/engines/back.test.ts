import { setTimeout as wait } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { type Simulator, startSimulator } from "../../../inference/simulator/start.ts";
import { localEngine } from "./engine-fixture.ts";

async function start(options: Parameters<typeof startSimulator>[0] = {}) {
  const simulator: Simulator = await startSimulator(options);
  const engine = localEngine(`${simulator.url}/v1`);
  onTestFinished(async () => {
    await engine.close();
    await simulator.close();
  });
  let isBack = false;
  const stop = new AbortController();
  const back = engine.back?.(stop.signal).then(() => (isBack = true));
  return { simulator, engine, back, stop, isBack: () => isBack };
}

it("an engine that loads is back when it gives a token", async () => {
  const { simulator, back, isBack } = await start({ startDelayMs: 1500 });
  await wait(1300);
  expect(isBack()).toBe(false);
  await simulator.ready;
  await back;
}, 10_000);

it("one that only listens, or drains, is not", async () => {
  const loading = await start({ startDelayMs: 2000, whileLoading: "unavailable" });
  const draining = await start({ shutdownTimeoutMs: 10_000, shutdownLingerMs: 3000 });
  void draining.simulator.drain();
  await wait(1500);
  expect([loading.isBack(), draining.isBack()]).toEqual([false, false]);
  await loading.back;
  draining.stop.abort(new Error("enough"));
  await expect(draining.back).rejects.toThrow("enough");
}, 10_000);

it("the wait ends with the engine", async () => {
  const { engine, back } = await start({ startDelayMs: 60_000 });
  back?.catch(() => {});
  await engine.close();
  await expect(back).rejects.toThrow(/closed/);
});
