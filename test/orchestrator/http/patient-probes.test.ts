import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { type PatientProbes, startPatientProbes } from "../../../orchestrator/http/patient-probes.ts";
import { createLog, type Logger } from "../../../orchestrator/log.ts";

const RETRY_MS = 50;

/** Somebody else's listener. */
async function take(port = 0) {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async free() {
      server.close();
      await once(server, "close");
    },
  };
}

function spyLog(): { readonly log: Logger; readonly warned: string[] } {
  const log = createLog("silent");
  const warned: string[] = [];
  vi.spyOn(log, "warn").mockImplementation((...said: unknown[]) => void warned.push(JSON.stringify(said)));
  return { log, warned };
}

const start = (port: number, log = createLog("silent")): Promise<PatientProbes> =>
  startPatientProbes({
    host: "127.0.0.1",
    port,
    metricsToken: undefined,
    isReady: () => true,
    isDraining: () => false,
    metrics: async () => ({ contentType: "text/plain; version=0.0.4", text: "sightline_calls 3\n" }),
    log,
    retryMs: RETRY_MS,
  });

test("a port that is free is had at once", async () => {
  const { log, warned } = spyLog();
  const probes = await start(0, log);
  onTestFinished(() => probes.close());
  expect((await fetch(`${probes.url()}/readyz`)).status).toBe(200);
  expect(warned).toEqual([]);
});

test("one that is taken is had once it is free; of its being taken one line tells", async () => {
  const other = await take();
  const { log, warned } = spyLog();
  const probes = await start(other.port, log);
  onTestFinished(() => probes.close());
  await wait(5 * RETRY_MS);
  expect(probes.url()).toBeUndefined();
  await other.free();
  await expect.poll(() => probes.url()).toBe(`http://127.0.0.1:${other.port}`);
  expect(await (await fetch(`${probes.url()}/metrics`)).text()).toBe("sightline_calls 3\n");
  expect(warned).toEqual([
    `[{"port":${other.port}},"the port of the metrics is taken; they come once it is free"]`,
  ]);
});

test("closed, it does not try for it any more", async () => {
  const other = await take();
  const probes = await start(other.port);
  await probes.close();
  await other.free();
  await wait(3 * RETRY_MS);
  expect(probes.url()).toBeUndefined();
  await (await take(other.port)).free();
});

test("any other fault of the listener is said at once", async () => {
  const started = startPatientProbes({
    host: "192.0.2.1",
    port: 0,
    metricsToken: undefined,
    isReady: () => true,
    isDraining: () => false,
    metrics: async () => ({ contentType: "text/plain", text: "" }),
    log: createLog("silent"),
  });
  await expect(started).rejects.toThrow("EADDRNOTAVAIL");
});
