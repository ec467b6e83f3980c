import { connect } from "node:net";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { createServer } from "../../../orchestrator/http/server.ts";
import { CODE, startGateway, testLivekit } from "./gateway-fixture.ts";

const bearer = { authorization: `Bearer ${CODE}` };

test("a fault of our own tells nothing", async () => {
  const livekit = testLivekit({ issueToken: () => Promise.reject(new Error("secret at ws://inner:7880")) });
  const gateway = await startGateway({ livekit });
  const answer = await gateway.post("/api/v1/livekit/token", {});
  expect(answer.json).toMatchObject({ status: 500, code: "internal" });
  expect(answer.text).not.toContain("inner");
  expect(gateway.log).not.toContain("inner");
  expect(gateway.log).toContain('"fault":"Error"');
});

test("the log holds no query, cookie, address, code or body", async () => {
  const gateway = await startGateway({ accessCode: CODE });
  const canary = "canary-4711";
  const headers = {
    cookie: `sightline=${canary}`,
    authorization: `Bearer ${canary}`,
    "user-agent": canary,
    referer: canary,
  };
  await gateway.ask(`/api/v1/ledger?call=${canary}`, { headers });
  await gateway.post("/api/v1/access", { code: canary }, headers);
  await gateway.post("/api/v1/ask", { question: canary }, { ...headers, ...bearer });
  await gateway.ask(`/${canary}`, { headers: { host: canary } });
  expect(gateway.log.split("\n").length).toBeGreaterThan(4);
  expect(gateway.log).not.toMatch(/canary|127\.0\.0\.1|open sesame/);
});

describe("what cannot be read as HTTP", () => {
  const raw = (port: number, text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let answer = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(text));
      socket
        .on("data", (chunk) => (answer += chunk.toString()))
        .once("end", () => resolve(answer))
        .once("error", reject);
    });
  test.each([
    ["words", "hello there\r\n\r\n", 400],
    [
      "two lengths",
      "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
      400,
    ],
    ["too large a head", `GET / HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(20_000)}\r\n\r\n`, 431],
  ])("is answered as a problem: %s", async (_, text, status) => {
    const gateway = await startGateway();
    const answer = await raw(gateway.port, text);
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain("application/problem+json");
    expect(answer).toContain("nosniff");
    expect((await gateway.ask("/livez")).status).toBe(200);
  });
});

describe("whoever sends slowly", () => {
  test.each([
    ["the head", "GET / HTTP/1.1\r\nHost: x\r\nA: "],
    [
      "the body",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    ],
  ])("is let go: %s", async (_, text) => {
    const log = pino({ level: "silent" });
    const arrival = { headMs: 200, wholeMs: 400 };
    const app = createServer({ tls: undefined, trustedProxies: [], log, arrival });
    app.post("/", () => "never");
    onTestFinished(() => app.close());
    const { port } = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
    const answer = await new Promise<string>((resolve) => {
      let heard = "";
      const socket = connect(Number(port), "127.0.0.1", () => socket.write(text));
      const drip = setInterval(() => socket.write("x"), 50);
      socket.on("error", () => undefined).on("data", (chunk) => (heard += chunk.toString()));
      socket.once("close", () => {
        clearInterval(drip);
        resolve(heard);
      });
    });
    expect(answer).toContain("HTTP/1.1 408 ");
    expect(answer).toContain('"code":"timeout"');
  });
});
