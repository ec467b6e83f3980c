import { describe, expect, it } from "vitest";
import { connectGate } from "../../../orchestrator/vision/gate-client.ts";
import { connect, never, photo, start } from "./gate-connection.ts";
import { busyFrame } from "./pictures.ts";

describe("a gate that is well", () => {
  it("is told frames of a stream from photos, and streams from each other", async () => {
    const fake = await start();
    const connection = connect(fake.url);
    const [first, second] = [connection.forStream(), connection.forStream()];
    const frames = await Promise.all([1, 2, 3].map((seed) => busyFrame({ source: "camera", seed })));
    await first(frames[0]!, never);
    await first(frames[1]!, never);
    await second(frames[2]!, never);
    await connection.gate(photo, never);
    await connection.gate(await busyFrame(), never);
    const names = fake.posts.map(({ headers }) => headers["x-gate-client"]);
    expect(names[0]).toBe(names[1]);
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^[\w.:-]{1,64}$/);
    expect(fake.posts.map(({ headers }) => headers["x-gate-mode"])).toEqual([
      "stream",
      "stream",
      "stream",
      "photo",
      "photo",
    ]);
  });

  it("judges a frame once", async () => {
    const fake = await start();
    const { gate } = connect(fake.url);
    const frame = await busyFrame();
    const first = gate(frame, never);
    expect(gate(frame, never)).toBe(first);
    await first;
    expect(gate(frame, never)).toBe(first);
    expect(fake.posts).toHaveLength(1);
  });

  it("is ready when it says so, and not waited for when it never will be", async () => {
    const fake = await start();
    const connection = connect(fake.url);
    expect(await connection.ready(never)).toBe(true);
    fake.health = { status: 503, body: { state: "unready", reason: "model file is missing" } };
    expect(await connection.ready(never)).toBe(false);
    fake.health = { status: 503, body: { state: "unready", reason: "starting" } };
    const waiting = connection.ready(never);
    fake.health = { status: 200, body: { state: "ready" } };
    expect(await waiting).toBe(true);
    fake.health = { status: 503, body: { state: "unready", reason: "starting" } };
    expect(await connection.ready(AbortSignal.timeout(20))).toBe(false);
    expect(await connect("http://127.0.0.1:1").ready(never)).toBe(false);
  });
});

describe("a gate that is not well", () => {
  it("is asked again about a frame that it failed on, and only then", async () => {
    let broken = true;
    const fake = await start(({ answer }) => (broken ? "garbage" : answer));
    const { gate } = connect(fake.url);
    expect((await gate(photo, never)).reason).toBe("gate-garbage");
    broken = false;
    expect((await gate(photo, never)).value).toBe("clear");
    await gate(photo, never);
    expect(fake.posts).toHaveLength(2);
  });

  it("hears of an abort as unknown, at once, and may be asked again", async () => {
    const fake = await start(({ answer }) => (fake.posts.length === 1 ? undefined : answer));
    const { gate } = connect(fake.url);
    const stop = new AbortController();
    const frame = await busyFrame();
    const verdict = gate(frame, stop.signal);
    setTimeout(() => stop.abort("barge-in"), 10);
    expect(await verdict).toMatchObject({ value: "unknown", reason: "superseded" });
    expect(await gate(await busyFrame(), stop.signal)).toMatchObject({ value: "unknown" });
    expect(await gate(frame, never)).toMatchObject({ value: "clear" });
  });

  it("leaves nothing open", async () => {
    const sockets = (): number =>
      process.getActiveResourcesInfo().filter((name) => name.includes("TCPSocket")).length;
    const fake = await start(() => undefined);
    const connection = connectGate(fake.url);
    const verdicts = [1, 2, 3].map(async (seed) => connection.gate(await busyFrame({ seed }), never));
    await expect.poll(() => fake.posts.length, { interval: 5, timeout: 8000 }).toBe(3);
    await connection.close();
    for (const verdict of await Promise.all(verdicts)) expect(verdict.value).toBe("unknown");
    await fake.close();
    await expect.poll(sockets, { interval: 5, timeout: 8000 }).toBe(0);
    expect((await connection.gate(await busyFrame(), never)).reason).toBe("gate-unreachable");
  });
});
