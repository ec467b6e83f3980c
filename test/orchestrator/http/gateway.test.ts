import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { ConfigError } from "../../../orchestrator/errors.ts";
import { createOwnCertificate } from "../../../orchestrator/http/own-certificate.ts";
import { testFolder } from "../../standins/photo-files.ts";
import { turns } from "../../standins/turns.ts";
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

  test.each([
    ["plainly", false],
    ["over TLS", true],
  ])("lets an answer be finished, %s", async (_, secure) => {
    const folder = testFolder();
    onTestFinished(() => folder.remove());
    const started = Promise.withResolvers<void>();
    const gateway = await startGateway({
      drainMs: 60_000,
      tls: secure ? await createOwnCertificate(["127.0.0.1"], folder.path) : undefined,
      async ask(_question, signal, onEvent) {
        onEvent({ type: "text", text: "A mug" });
        started.resolve();
        await wait(300, undefined, { signal });
        onEvent({ type: "text", text: " on a table." });
      },
    });
    const answer = gateway.post("/api/v1/ask", { question: "what?" });
    const browser = openUnused(gateway.port);
    await started.promise;
    const startMs = performance.now();
    await gateway.close();
    expect((await answer).text).toContain("on a table.");
    // Neither the whole time nor a connection that was opened ahead of need is waited for.
    expect(performance.now() - startMs).toBeLessThan(1500);
    await browser;
    await expect(gateway.ask("/livez")).rejects.toThrow("ECONNREFUSED");
  });

  test.each([
    ["the time is over", 200, false],
    ["it is hurried", 60_000, true],
  ])("ends an answer, and says so in it, when %s", async (_, drainMs, hurried) => {
    const started = Promise.withResolvers<void>();
    const gateway = await startGateway({
      drainMs,
      async ask(_question, signal, onEvent) {
        onEvent({ type: "text", text: "A mug" });
        started.resolve();
        await wait(30_000, undefined, { signal });
      },
    });
    const answer = gateway.post("/api/v1/ask", { question: "what?" });
    await started.promise;
    const startMs = performance.now();
    const closing = gateway.close();
    if (hurried) gateway.hurry();
    await closing;
    expect(performance.now() - startMs).toBeLessThan(1500);
    expect((await answer).text).toMatch(/event: error\ndata: \{"code":"internal"/);
  });

  test("answers a request that was on its way, and says that it is not ready", async () => {
    const gateway = await startGateway({ drainMs: 60_000 });
    const socket = connect(gateway.port, "127.0.0.1");
    let said = "";
    socket.on("data", (chunk) => (said += chunk.toString()));
    const gone = new Promise((resolve) => void socket.once("close", resolve));
    await new Promise<void>((resolve) => void socket.write("GET /readyz HTTP/1.1\r\n", () => resolve()));
    await turns(50);
    const freed = Promise.withResolvers<void>();
    const closing = gateway.close(freed.resolve);
    await freed.promise;
    socket.write(`Host: 127.0.0.1:${gateway.port}\r\n\r\n`);
    await Promise.all([closing, gone]);
    expect(said).toMatch(/HTTP\/1\.1 503 [^]*"status":"unavailable"/);
  });
});

/** A connection on which nothing is asked; resolves when it was closed. */
function openUnused(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1").on("error", () => undefined);
  return new Promise((resolve) => void socket.once("close", () => resolve()));
}
