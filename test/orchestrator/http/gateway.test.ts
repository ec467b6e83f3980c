import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../orchestrator/errors.ts";
import { startGateway, testLivekit } from "./gateway-fixture.ts";

describe("the configuration", () => {
  test("tells the page what there is", async () => {
    const gateway = await startGateway();
    expect((await gateway.ask("/api/v1/config")).json).toEqual({
      livekit: { available: true },
      accessCodeNeeded: false,
      version: "0.1.0",
      language: "en",
      speech: { ear: "deepgram" },
    });
  });

  test.each([
    ["no LiveKit server is configured", undefined],
    ["the LiveKit server does not answer", testLivekit({ isReachable: async () => false })],
  ])("says that calls are not possible when %s", async (_, livekit) => {
    const gateway = await startGateway({ livekit });
    expect((await gateway.ask("/api/v1/config")).json).toMatchObject({ livekit: { available: false } });
  });
});

test("others than this machine need an access code", async () => {
  await expect(startGateway({ host: "0.0.0.0" })).rejects.toThrow(ConfigError);
});

test("one address may only ask so often", async () => {
  const gateway = await startGateway({ limits: { requestsPerMinute: 2 } });
  const statuses = [];
  for (let n = 0; n < 3; n++) statuses.push((await gateway.ask("/api/v1/config")).status);
  expect(statuses).toEqual([200, 200, 429]);
  const refused = await gateway.ask("/");
  expect(refused.status).toBe(429);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  expect((await gateway.ask("/livez")).status).toBe(200);
});

describe("stopping", () => {
  test("takes no minute for connections that are only kept alive", async () => {
    const gateway = await startGateway();
    const socket = connect(gateway.port, "127.0.0.1");
    socket.write("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
    const startMs = performance.now();
    await gateway.close();
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  test("lets an answer be finished", async () => {
    const started = Promise.withResolvers<void>();
    const gateway = await startGateway({
      async ask(_question, signal, onEvent) {
        onEvent({ type: "text", text: "A mug" });
        started.resolve();
        await wait(300, undefined, { signal });
        onEvent({ type: "text", text: " on a table." });
      },
    });
    const answer = gateway.post("/api/v1/ask", { question: "what?" });
    await started.promise;
    await gateway.close();
    expect((await answer).text).toContain("on a table.");
    await expect(gateway.ask("/livez")).rejects.toThrow("ECONNREFUSED");
  });
});
