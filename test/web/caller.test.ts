import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError, type Ticket } from "../../web/api.ts";
import { call, settle } from "./caller-fixture.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a call", () => {
  test("joins, offers microphone and camera, and ends", async () => {
    const { caller, view, room } = await call();
    expect(view.get()).toMatchObject({ phase: "in-call", agent: "awaited", microphone: "on", camera: "on" });
    expect([...room.on]).toEqual(["microphone", "camera"]);
    caller.hangUp();
    expect(view.get()).toMatchObject({ phase: "idle", outcome: { end: "hung-up" } });
    expect(room.closed()).toBe(true);
  });

  test("allows its sound in the press itself, before anything is awaited, and until its end", async () => {
    const ticket = Promise.withResolvers<Ticket>();
    const { caller, room, sounds } = await call({}, { ticket: () => ticket.promise });
    expect(sounds).toEqual(["unlocked"]);
    expect(room.unlocked()).toBe(0);
    ticket.resolve({ serverUrl: "ws://here", token: "t" });
    await settle();
    expect(room.unlocked()).toBe(1);
    caller.hangUp();
    caller.call("");
    expect(sounds).toEqual(["unlocked", "locked", "unlocked"]);
  });

  test("works without a camera, and says why there is none", async () => {
    const { view, room } = await call({ refuses: { camera: "NotAllowedError" } });
    expect(view.get()).toMatchObject({ phase: "in-call", microphone: "on", camera: "refused" });
    expect([...room.on]).toEqual(["microphone"]);
  });

  test("does not ask for the microphone when the server cannot hear", async () => {
    const { view, room } = await call({}, { hears: false });
    expect(view.get().microphone).toBe("unasked");
    expect([...room.on]).toEqual(["camera"]);
  });

  test("on an address that is not safe it asks for no device", async () => {
    const { view, room } = await call({}, { noDevices: "insecure" });
    expect(view.get()).toMatchObject({ phase: "in-call", microphone: "insecure", camera: "insecure" });
    expect(room.on.size).toBe(0);
  });

  test("that is refused says why, and can be tried again", async () => {
    const { caller, view } = await call({}, { ticket: () => Promise.reject(new ApiError("too-many")) });
    expect(view.get()).toMatchObject({ phase: "idle", outcome: { fault: "too-many" } });
    caller.call("");
    expect(view.get().phase).toBe("connecting");
  });

  test("that cannot be joined says so, even when the room tells of its end first", async () => {
    const joined = Promise.withResolvers<void>();
    const { view, room } = await call({ joined: joined.promise });
    room.tell({ type: "closed", reason: "lost" });
    joined.reject(new Error("no server"));
    await settle();
    expect(view.get()).toMatchObject({ phase: "idle", outcome: { fault: "unreachable" } });
    expect(room.on.size).toBe(0);
  });

  test("that is cancelled while joining offers nothing afterwards", async () => {
    const joined = Promise.withResolvers<void>();
    const { caller, view, room } = await call({ joined: joined.promise });
    caller.hangUp();
    joined.resolve();
    await settle();
    expect(view.get()).toMatchObject({ phase: "idle", outcome: { end: "hung-up" } });
    expect(room.on.size).toBe(0);
  });
});

describe("the connection", () => {
  test("a blip is not worth a word, a loss is", async () => {
    const { view, room } = await call();
    room.tell({ type: "reconnecting" });
    await vi.advanceTimersByTimeAsync(1000);
    room.tell({ type: "reconnected" });
    await vi.advanceTimersByTimeAsync(5000);
    expect(view.get().phase).toBe("in-call");
    room.tell({ type: "reconnecting" });
    await vi.advanceTimersByTimeAsync(1500);
    expect(view.get().phase).toBe("reconnecting");
    room.tell({ type: "reconnected" });
    expect(view.get().phase).toBe("in-call");
  });

  test("that is gone for good ends the call; its news are no news any more", async () => {
    const { view, room } = await call();
    room.tell({ type: "closed", reason: "lost" });
    expect(view.get()).toMatchObject({ phase: "idle", outcome: { end: "lost" } });
    room.tell({ type: "agent", here: true, state: "listening" });
    expect(view.get().phase).toBe("idle");
  });
});

test("a device that stops by itself is told", async () => {
  const { view, room } = await call();
  room.tell({ type: "device-ended", device: "camera" });
  expect(view.get().camera).toBe("stopped");
});

test("questions and commands are sent", async () => {
  const { caller, room } = await call();
  room.tell({ type: "event", event: { type: "state", state: "listening" } });
  caller.ask("Why?");
  caller.command("repeat");
  expect(room.sent).toEqual([
    { type: "ask", text: "Why?" },
    { type: "command", command: "repeat" },
  ]);
});
