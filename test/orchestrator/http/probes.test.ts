import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { startProbes } from "../../../orchestrator/http/probes.ts";
import { createLog } from "../../../orchestrator/log.ts";

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

test("says whether work can be taken, and the metrics", async () => {
  let ready = false;
  let draining = false;
  const probes = await startProbes({
    host: "127.0.0.1",
    port: 0,
    metricsToken: undefined,
    isReady: () => ready,
    isDraining: () => draining,
    metrics: async () => ({ contentType: "text/plain; version=0.0.4", text: "sightline_calls 3\n" }),
    log: createLog("silent"),
  });
  close = () => probes.close();
  expect((await fetch(`${probes.url}/livez`)).status).toBe(200);
  expect((await fetch(`${probes.url}/readyz`)).status).toBe(503);
  ready = true;
  expect((await fetch(`${probes.url}/readyz`)).status).toBe(200);
  draining = true;
  expect((await fetch(`${probes.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${probes.url}/livez`)).status).toBe(200);
  expect(await (await fetch(`${probes.url}/metrics`)).text()).toBe("sightline_calls 3\n");
});

test("asked to end, it answers until Prometheus has the last counts; whoever only looked is not waited for", async () => {
  let turns = 1;
  const probes = await startProbes({
    host: "127.0.0.1",
    port: 0,
    metricsToken: undefined,
    isReady: () => false,
    isDraining: () => true,
    metrics: async () => ({
      contentType: "text/plain; version=0.0.4",
      text: `# TYPE sightline_turns_total counter\nsightline_turns_total ${turns}\n`,
    }),
    log: createLog("silent"),
  });
  const scrape = async (headers: Record<string, string>) =>
    (await fetch(`${probes.url}/metrics`, { headers })).text();
  const prometheus = { "x-prometheus-scrape-timeout-seconds": "10" };
  await scrape(prometheus);
  turns = 2;
  let isClosed = false;
  const closed = probes.close().then(() => (isClosed = true));
  await scrape({});
  await wait(200);
  expect(isClosed).toBe(false);
  expect(await scrape(prometheus)).toContain("sightline_turns_total 2");
  await closed;
  await expect(fetch(`${probes.url}/livez`)).rejects.toThrow("fetch failed");
});
