import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import type { SpeechFault } from "../../../orchestrator/speech/fault.ts";
import { openSocket, typeOf } from "../../../orchestrator/speech/socket.ts";
import {
  startScriptedServer,
  type ScriptedClient,
  type ScriptedServer,
} from "../../standins/stt/scripted-server.ts";
import { serviceConfig, startService } from "../../standins/stt/services.ts";
import type { SttServer } from "../../standins/stt/socket-server.ts";
import { timed } from "../../standins/timed.ts";

const TIMED = timed();

let server: ScriptedServer | SttServer;
afterEach(() => server.close());

async function open(url: string, signal: AbortSignal = new AbortController().signal) {
  const messages: unknown[] = [];
  const fault = Promise.withResolvers<SpeechFault>();
  const socket = await openSocket(new URL(url.replace("http", "ws")), {
    headers: {},
    signal,
    onMessage: (message) => {
      messages.push(message);
      return undefined;
    },
    onFault: fault.resolve,
  });
  return { socket, messages, fault: fault.promise };
}

describe("a socket", () => {
  test("loses no greeting that comes with the handshake", async () => {
    server = await startScriptedServer((client) => client.say({ type: "Hello" }));
    const { messages } = await open(server.url);
    await expect.poll(() => messages).toEqual([{ type: "Hello" }]);
  });

  test("a refused handshake is a fault of its status", async () => {
    server = await startService("deepgram");
    const { url } = serviceConfig("deepgram", `${server.url}/v1/listen`);
    await expect(open(url)).rejects.toMatchObject({ category: "unauthorized", code: "401" });
  });

  test("nobody there is a fault", async () => {
    server = await startScriptedServer();
    const { url } = server;
    await server.close();
    server = await startScriptedServer();
    await expect(open(url)).rejects.toMatchObject({ category: "connectivity", code: "ECONNREFUSED" });
  });

  test("an abort ends the wait for it with the signal's reason", async () => {
    server = await startScriptedServer();
    const reason = new Error("hung up");
    const stop = new AbortController();
    const opening = open(server.url, stop.signal);
    stop.abort(reason);
    await expect(opening).rejects.toBe(reason);
  });

  test("that is reset, closed or talks nonsense says so once", async () => {
    const ends: ((client: ScriptedClient) => void)[] = [
      ({ socket }) => socket.terminate(),
      ({ socket }) => socket.close(4401),
      ({ socket }) => socket.send("{"),
      ({ socket }) => socket.send(new Uint8Array(4)),
    ];
    const scripted = await startScriptedServer();
    server = scripted;
    const found: unknown[] = [];
    for (const [index, end] of ends.entries()) {
      const { fault } = await open(server.url);
      end(scripted.clients[index]!);
      found.push((await fault).code);
    }
    expect(found).toEqual(["1006", "4401", "not-json", "not-json"]);
  });

  test("that has answered pings is dead when it answers no more", TIMED, async () => {
    const scripted = await startScriptedServer();
    server = scripted;
    const { socket, messages, fault } = await open(server.url);
    // A word behind the answer to the first ping: who has heard it has heard the answer.
    await once(scripted.clients[0]!.socket, "ping");
    scripted.clients[0]!.say({ type: "Hello" });
    await expect.poll(() => messages).toHaveLength(1);
    scripted.clients[0]!.socket.pause();
    const startedAtMs = performance.now();
    socket.ping();
    expect((await fault).code).toBe("half-open");
    expect(performance.now() - startedAtMs).toBeLessThan(2300);
  });

  test("that never answered a ping is not judged by one", async () => {
    const scripted = await startScriptedServer(({ socket }) => socket.pause());
    server = scripted;
    const { socket, fault } = await open(server.url);
    socket.ping();
    const quiet = new Promise((resolve) => setTimeout(() => resolve("quiet"), 2500));
    expect(await Promise.race([fault, quiet])).toBe("quiet");
  });
});

test("the type of a message is its word, if it has one", () => {
  expect([{ type: "Turn" }, { type: 1 }, {}, null, "Turn"].map(typeOf)).toEqual([
    "Turn",
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
