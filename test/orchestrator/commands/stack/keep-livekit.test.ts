import { getEventListeners } from "node:events";
import { expect, test, vi } from "vitest";
import type { LivekitServer } from "../../../../orchestrator/assets/livekit-process.ts";
import { keepLivekit, type LivekitPlace } from "../../../../orchestrator/commands/stack/keep-livekit.ts";

/** Servers that end when they are told to, and where each was started. */
function servers(failures = 0) {
  const places: (LivekitPlace | undefined)[] = [];
  const ends: ((reason: string) => void)[] = [];
  let closed = 0;
  const start = async (place?: LivekitPlace): Promise<LivekitServer> => {
    places.push(place);
    if (places.length > 1 && places.length <= 1 + failures) throw new Error("port in use");
    const ended = Promise.withResolvers<string>();
    ends.push(ended.resolve);
    return {
      url: "ws://127.0.0.1:7880",
      port: 7880,
      mediaPort: 7882,
      apiKey: "key",
      apiSecret: "secret",
      pid: 1,
      ended: ended.promise,
      async close() {
        closed += 1;
        ended.resolve("SIGKILL");
      },
    };
  };
  return { start, places, crash: () => ends.at(-1)?.("exit 2"), closed: () => closed };
}

test("a server that ends unasked is started again at its place, though its port is in use at first", async () => {
  const { start, places, crash } = servers(1);
  const crashes: string[] = [];
  const kept = await keepLivekit({ start, onCrash: (reason) => crashes.push(reason) });
  crash();
  await expect.poll(() => places.length, { timeout: 5000 }).toBe(3);
  expect(crashes).toEqual(["exit 2"]);
  expect(places[2]).toMatchObject({ port: 7880, mediaPort: 7882, apiKey: "key", apiSecret: "secret" });
  await kept.close();
});

test("a server that is closed stays closed, also when it has just ended", async () => {
  const { start, places, crash, closed } = servers();
  const kept = await keepLivekit({ start, onCrash: () => {} });
  crash();
  await kept.close();
  expect(places).toHaveLength(1);
  expect(closed()).toBeGreaterThan(0);
});

test("a server that does not start the first time is an error", async () => {
  const fault = new Error("no binary");
  await expect(keepLivekit({ start: () => Promise.reject(fault), onCrash: () => {} })).rejects.toBe(fault);
});

test("the waits between its starts leave nothing behind", async () => {
  const added = vi.spyOn(EventTarget.prototype, "addEventListener");
  const { start, places, crash } = servers(2);
  const kept = await keepLivekit({ start, onCrash: () => {} });
  crash();
  await expect.poll(() => places.length, { timeout: 5000 }).toBe(4);
  const signals = added.mock.contexts.filter((target) => target instanceof AbortSignal);
  added.mockRestore();
  expect(signals.length).toBeGreaterThan(2);
  for (const signal of new Set(signals)) expect(getEventListeners(signal, "abort")).toEqual([]);
  await kept.close();
});
