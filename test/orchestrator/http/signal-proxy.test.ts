import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { startGateway, testLivekit } from "./gateway-fixture.ts";
import { HOST, open, ORIGIN, refusal, startProxy, startSignal, upgradeTo } from "./signal-fixture.ts";

describe("the signal socket", () => {
  test.each([["/rtc?access_token=t"], ["/rtc/v1?access_token=t"]])(
    "passes through at %s, both ways",
    async (path) => {
      const signal = await startSignal();
      const gateway = await startProxy(signal.url);
      const socket = open(gateway.port, path, {
        origin: ORIGIN,
        cookie: "__Host-sightline=secret",
        authorization: "Bearer t",
      });
      expect(String((await once(socket, "message"))[0])).toBe("hello");
      const sent = Buffer.alloc(200_000, 7);
      socket.send(sent);
      expect(sent.equals((await once(socket, "message"))[0] as Buffer)).toBe(true);
      expect(signal.seen[0]?.path).toBe(path);
      expect(signal.seen[0]?.headers).toMatchObject({ origin: ORIGIN, authorization: "Bearer t" });
      expect(signal.seen[0]?.headers.host).toBe(new URL(signal.url).host);
      expect(signal.seen[0]?.headers.cookie).toBeUndefined();
    },
  );

  test("ends on one side when it ends on the other", async () => {
    const signal = await startSignal();
    const gateway = await startProxy(signal.url);
    const caller = open(gateway.port, "/rtc");
    await once(caller, "message");
    for (const socket of signal.sockets) socket.terminate();
    await once(caller, "close");
    const another = open(gateway.port, "/rtc");
    await once(another, "message");
    const gone = Promise.all([...signal.sockets].map((socket) => once(socket, "close")));
    another.terminate();
    await gone;
    expect(signal.sockets.size).toBe(0);
  });

  test.each([
    ["another host", "/rtc", { host: "evil.example" }, 403],
    ["another origin", "/rtc", { origin: "https://evil.example" }, 403],
    ["the administration", "/twirp/livekit.RoomService/ListRooms", {}, 404],
    ["the workers' socket", "/agent", {}, 404],
    ["a path that climbs", "/rtc/../agent", {}, 404],
    ["whom LiveKit refuses", "/rtc?access_token=bad", {}, 401],
  ])("is closed to %s", async (_, path, headers, status) => {
    const signal = await startSignal();
    const gateway = await startProxy(signal.url);
    expect(await refusal(open(gateway.port, path, headers))).toBe(status);
    expect(signal.seen).toHaveLength(status === 401 ? 1 : 0);
  });

  test("is refused when LiveKit is not there, and the log holds no token", async () => {
    const gateway = await startProxy("ws://127.0.0.1:1");
    expect(await refusal(open(gateway.port, "/rtc?access_token=canary"))).toBe(502);
    expect(gateway.log).toContain("ECONNREFUSED");
    expect(gateway.log).not.toContain("canary");
  });

  test.each([
    ["we refuse", "/agent", 404],
    ["LiveKit refuses", "/rtc?access_token=bad", 401],
  ])("is closed after its answer to a caller whom %s and who never closes", async (_, path, status) => {
    const signal = await startSignal();
    const gateway = await startProxy(signal.url);
    const caller = connect({ port: gateway.port, host: "127.0.0.1", allowHalfOpen: true });
    onTestFinished(() => void caller.destroy());
    caller.on("error", () => undefined);
    let answer = "";
    caller.on("data", (chunk) => (answer += chunk.toString()));
    caller.write(`${upgradeTo(path)}more`);
    await once(caller, "end");
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    const writing = setInterval(() => caller.write("still here"), 10);
    onTestFinished(() => clearInterval(writing));
    await new Promise((resolve) => void caller.once("close", resolve));
  });

  test("is not passed through where LiveKit is reached directly", async () => {
    const signal = await startSignal();
    const gateway = await startGateway({ livekit: testLivekit({ url: signal.url, publicUrl: signal.url }) });
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/rtc`);
    expect(await refusal(socket)).toBe(404);
    expect(signal.seen).toEqual([]);
  });

  test("survives a caller who leaves at once", async () => {
    const signal = await startSignal();
    const gateway = await startProxy(signal.url);
    for (let n = 0; n < 20; n++) {
      const socket = connect(gateway.port, "127.0.0.1", () => {
        socket.write(upgradeTo("/rtc"));
        setTimeout(() => socket.resetAndDestroy(), n % 4);
      });
      socket.on("error", () => undefined);
      await once(socket, "close");
    }
    const caller = open(gateway.port, "/rtc");
    expect(String((await once(caller, "message"))[0])).toBe("hello");
  });
});

describe("why a socket was refused", () => {
  test.each([["/rtc/validate?access_token=bad"], ["/rtc/v1/validate?access_token=bad"]])(
    "is told at %s",
    async (path) => {
      const signal = await startSignal();
      const gateway = await startProxy(signal.url);
      const answer = await gateway.ask(path, { headers: { host: HOST, cookie: "a=b" } });
      expect(answer).toMatchObject({ status: 401, text: "invalid token: <script>" });
      expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
      expect(answer.headers["x-inner"]).toBeUndefined();
      expect(signal.seen.map(({ path }) => path)).toEqual([path]);
      expect(signal.seen[0]?.headers.cookie).toBeUndefined();
    },
  );

  test.each([["/rtc/twirp/validate"], ["/rtc"], ["/rtc/v1"], ["/twirp/livekit.RoomService/ListRooms"]])(
    "is all that is asked: %s",
    async (path) => {
      const signal = await startSignal();
      const gateway = await startProxy(signal.url);
      expect((await gateway.ask(path, { headers: { host: HOST } })).status).toBe(404);
      expect(signal.seen).toEqual([]);
    },
  );

  test("cannot be told by a server that opens a socket unasked, and ends neither the answer nor the gateway", async () => {
    const server = createServer((socket) => {
      socket
        .on("error", () => undefined)
        .once("data", () => {
          socket.write(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
          );
          setTimeout(() => socket.resetAndDestroy(), 20);
        });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const gateway = await startProxy(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const answer = await gateway.ask("/rtc/validate", { headers: { host: HOST } });
    expect(answer.json).toMatchObject({ status: 502, code: "bad-gateway" });
  });

  test("cannot be told when LiveKit is not there", async () => {
    const gateway = await startProxy("ws://127.0.0.1:1");
    const answer = await gateway.ask("/rtc/validate", { headers: { host: HOST } });
    expect(answer.json).toMatchObject({ status: 502, code: "bad-gateway" });
  });
});
