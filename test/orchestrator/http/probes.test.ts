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
