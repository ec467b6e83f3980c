import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { open, startProxy, startSignal, upgradeTo } from "./signal-fixture.ts";

describe("the signal socket", () => {
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
    const deaf = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(deaf, "listening");
    onTestFinished(() => void deaf.close());
    const gateway = await startProxy(`ws://127.0.0.1:${(deaf.address() as AddressInfo).port}`, 0);
    const caller = connect({ port: gateway.port, host: "127.0.0.1", allowHalfOpen: true });
    caller.on("error", () => undefined);
    caller.write(upgradeTo("/rtc"));
    await once(deaf, "connection");
    const startMs = performance.now();
    await gateway.close();
    expect(performance.now() - startMs).toBeLessThan(1500);
  });
});
