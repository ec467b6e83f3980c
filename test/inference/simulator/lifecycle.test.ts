import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { ask, askRaw, blank, parseWire, usageOf } from "../../../scripts/contract-vllm-wire.ts";
import { turns } from "../../standins/turns.ts";
import { fixture, recordedEnd } from "./fixture.ts";
import { body, endless, get, lastEvents, slow, start, streamed, taken } from "./running.ts";

describe("SIGTERM", () => {
  it("with no time: open streams hang, comments go on, new requests fail, then the port is closed", async () => {
    const simulator = await start({ profile: slow, keepAliveCommentsMs: 8 });
    const stream = askRaw(simulator.url, { body: endless, timeoutMs: 1000 });
    await taken(simulator);
    const drained = simulator.drain();
    const late = await ask(simulator.url, { body });
    expect(blank(late)).toEqual(blank(fixture("sigterm_drain0_late0")));
    await drained;
    await expect(ask(simulator.url, { body })).rejects.toThrow(/ECONNREFUSED/);
    const { text, complete } = parseWire(await stream);
    expect(complete).toBe(false);
    expect(text).not.toContain("[DONE]");
    const tail = text.trim().split("\n\n").slice(-5);
    expect(new Set(tail)).toEqual(new Set([": keep-alive"]));
    await simulator.closed;
  });

  it("with time: streams finish; one late request gets an answer without a word or a finish, then 500s", async () => {
    const simulator = await start({ profile: slow, shutdownTimeoutMs: 5000, answerTokens: 200 });
    const stream = ask(simulator.url, { body: streamed });
    await taken(simulator);
    const drained = simulator.drain();
    expect((await get(simulator, "/health")).status).toBe(200);
    const first = await ask(simulator.url, { body: { ...streamed, max_completion_tokens: 9 } });
    expect(blank(first)).toEqual(blank(fixture("sigterm_drain20_late0")));
    expect(blank(await ask(simulator.url, { body: streamed }))).toEqual(
      blank(fixture("sigterm_drain20_late2")),
    );
    const { text, complete } = await stream;
    expect(complete).toBe(true);
    expect(lastEvents(text)[1]).toBe("data: [DONE]");
    expect(usageOf(await stream).completion).toBe(201);
    await drained;
    await simulator.closed;
  });

  it("when the time runs out: what is left hangs", async () => {
    const simulator = await start({ profile: slow, shutdownTimeoutMs: 30 });
    const stream = askRaw(simulator.url, { body: endless, timeoutMs: 1000 });
    await taken(simulator);
    await simulator.drain();
    const { text, complete } = parseWire(await stream);
    expect(complete).toBe(false);
    expect(text).toContain('"finish_reason":null');
    expect(text).not.toContain("error");
  });

  it("or ends with an error event, as a real one was seen to do as well", async () => {
    const simulator = await start({ profile: slow, unfinishedAtShutdown: "error" });
    const stream = ask(simulator.url, { body: endless });
    await taken(simulator);
    await simulator.drain();
    expect(lastEvents((await stream).text)).toEqual(recordedEnd("engine_killed_stream0"));
    await simulator.closed;
  });

  it("with nothing running the server is gone after it has lingered", async () => {
    const simulator = await start({ shutdownTimeoutMs: 60_000 });
    await simulator.drain();
    await simulator.closed;
    await expect(get(simulator, "/health")).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe("a kept connection", () => {
  it("ends with the answer that was under way when the drained server closed", async () => {
    const simulator = await start({ shutdownTimeoutMs: 60_000 });
    const { hostname, port } = new URL(simulator.url);
    const socket = connect(Number(port), hostname);
    socket.write("GET /health HTTP/1.1\r\nhost: x\r\n");
    await turns(20);
    await simulator.drain();
    socket.write("\r\n");
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(parseWire(answer).status).toBe(200);
    const startMs = performance.now();
    await simulator.closed;
    expect(performance.now() - startMs).toBeLessThan(1000);
  });
});

describe("a dead engine", () => {
  it("ends streams with an error event, answers 500 and 503, then is gone", async () => {
    const simulator = await start({ profile: slow });
    const stream = ask(simulator.url, { body: endless });
    const whole = ask(simulator.url, { body: { ...endless, stream: false, stream_options: undefined } });
    await taken(simulator, 2);
    simulator.killEngine();
    expect(lastEvents((await stream).text)).toEqual(recordedEnd("engine_killed_stream0"));
    expect((await whole).status).toBe(500);
    expect((await get(simulator, "/health")).status).toBe(503);
    expect((await ask(simulator.url, { body })).status).toBe(500);
    await simulator.closed;
    await expect(get(simulator, "/health")).rejects.toThrow(/ECONNREFUSED/);
  });
});
