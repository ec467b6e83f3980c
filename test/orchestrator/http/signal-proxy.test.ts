import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { connect, createServer as createTcpServer, type AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { CODE, startGateway, testLivekit } from "./gateway-fixture.ts";

const ORIGIN = "https://10.0.0.7:8000";
const HOST = "10.0.0.7:8000";

interface Signal {
  readonly url: string;
  readonly seen: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  readonly sockets: Set<WebSocket>;
}

/** A signal server that echoes, greets at once, and refuses the token `bad` with a sentence. */
async function startSignal(): Promise<Signal> {
  const seen: Signal["seen"] = [];
  const http = createServer((request, response) => {
    seen.push({ path: request.url ?? "", headers: request.headers });
    response.writeHead(401, { "x-inner": "1" }).end("invalid token: <script>");
  });
  const server = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request, socket, head) => {
    seen.push({ path: request.url ?? "", headers: request.headers });
    if (request.url?.includes("bad")) {
      socket.end("HTTP/1.1 401 Unauthorized\r\ncontent-length: 4\r\n\r\nnope");
      return;
    }
    server.handleUpgrade(request, socket, head, (client) => {
      client.send("hello");
      client.on("message", (data, isBinary) => client.send(data, { binary: isBinary }));
    });
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  onTestFinished(async () => {
    for (const client of server.clients) client.terminate();
    http.close();
    http.closeAllConnections();
  });
  return { url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`, seen, sockets: server.clients };
}

async function startProxy(target: string, drainMs = 0, port = 0) {
  const livekit = testLivekit({ url: target, publicUrl: target });
  return startGateway({ accessCode: CODE, publicOrigins: [ORIGIN], livekit, drainMs, port });
}
const open = (port: number, path: string, headers: Record<string, string> = {}): WebSocket => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: { host: HOST, ...headers } });
  onTestFinished(() => socket.terminate());
  return socket;
};
/** The status with which a socket is refused. */
const refusal = (socket: WebSocket): Promise<number> =>
  new Promise((resolve, reject) => {
    socket.once("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.once("open", () => reject(new Error("opened"))).once("error", reject);
  });

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
    caller.write(
      `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nmore`,
    );
    await once(caller, "end");
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    const writing = setInterval(() => caller.write("still here"), 10);
    onTestFinished(() => clearInterval(writing));
    await new Promise((resolve) => void caller.once("close", resolve));
  });

  test("goes on while the gateway ends, which ends with it; another can listen at its port meanwhile", async () => {
    const signal = await startSignal();
    const gateway = await startProxy(signal.url, 60_000);
    const socket = open(gateway.port, "/rtc");
    await once(socket, "message");
    const freed = Promise.withResolvers<void>();
    let closed = false;
    const closing = gateway.close(freed.resolve).then(() => (closed = true));
    await freed.promise;
    const next = await startProxy(signal.url, 0, gateway.port);
    expect(next.port).toBe(gateway.port);
    const other = open(next.port, "/rtc");
    expect(String((await once(other, "message"))[0])).toBe("hello");
    socket.send("still here");
    expect(String((await once(socket, "message"))[0])).toBe("still here");
    expect(closed).toBe(false);
    const leftAtMs = performance.now();
    socket.close(1000);
    await closing;
    expect(performance.now() - leftAtMs).toBeLessThan(500);
  });

  test("is told that the service restarts when the time is over, after the message that is under way", async () => {
    const signal = await startSignal();
    const gateway = await startProxy(signal.url, 300);
    const socket = open(gateway.port, "/rtc");
    await once(socket, "message");
    const messages: string[] = [];
    socket.on("message", (data: Buffer) => messages.push(data.toString()));
    const closed = once(socket, "close");
    const sending = setInterval(() => {
      for (const server of signal.sockets) server.send("a".repeat(100_000));
    });
    onTestFinished(() => clearInterval(sending));
    await gateway.close();
    expect((await closed)[0]).toBe(1012);
    expect(messages.length).toBeGreaterThan(1);
    expect(new Set(messages.map((text) => text.length))).toEqual(new Set([100_000]));
  });

  test("ends at once when it is hurried, with the same word", async () => {
    const signal = await startSignal();
    const gateway = await startProxy(signal.url, 60_000);
    const socket = open(gateway.port, "/rtc");
    await once(socket, "message");
    const closed = once(socket, "close");
    const closing = gateway.close();
    gateway.hurry();
    await closing;
    expect((await closed)[0]).toBe(1012);
  });

  test("does not hold up the end when LiveKit has not agreed yet, or its caller does not close", async () => {
    const deaf = createTcpServer(() => undefined).listen(0, "127.0.0.1");
    await once(deaf, "listening");
    onTestFinished(() => void deaf.close());
    const gateway = await startProxy(`ws://127.0.0.1:${(deaf.address() as AddressInfo).port}`, 0);
    const caller = connect({ port: gateway.port, host: "127.0.0.1", allowHalfOpen: true });
    caller.on("error", () => undefined);
    caller.write(`GET /rtc HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    await once(deaf, "connection");
    const startMs = performance.now();
    await gateway.close();
    expect(performance.now() - startMs).toBeLessThan(1500);
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
        socket.write(
          `GET /rtc HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
        );
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

  test("cannot be told when LiveKit is not there", async () => {
    const gateway = await startProxy("ws://127.0.0.1:1");
    const answer = await gateway.ask("/rtc/validate", { headers: { host: HOST } });
    expect(answer.json).toMatchObject({ status: 502, code: "bad-gateway" });
  });
});
