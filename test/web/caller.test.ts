import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CallEvent } from "../../orchestrator/session/call-events.ts";
import { ApiError, type Ticket } from "../../web/api.ts";
import { noCall } from "../../web/call.ts";
import { createCaller } from "../../web/caller.ts";
import { createStore } from "../../web/lib/store.ts";
import { createFakeRoom, type FakeRoomOptions } from "./fake-room.ts";

const SPEECH: CallEvent = { type: "speech", ear: "deepgram", voice: "espeak" };

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

describe("the assistant", () => {
  test("that does not come is told, and given up in the end", async () => {
    const { view, room } = await call();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(view.get().agent).toBe("late");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(view.get()).toMatchObject({ phase: "idle", outcome: { end: "no-agent" } });
    expect(room.closed()).toBe(true);
  });

  test("that drops out is waited for", async () => {
    const { view, room } = await call();
    room.tell({ type: "agent", here: true });
    room.tell({ type: "agent", here: false });
    expect(view.get().agent).toBe("gone");
    room.tell({ type: "agent", here: true });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(view.get()).toMatchObject({ phase: "in-call", agent: "here" });
  });

  test("learns the caller's rate as soon as it is there", async () => {
    const { caller, room, view } = await call();
    caller.setRate(1.3);
    room.tell({ type: "event", event: SPEECH });
    room.tell({ type: "event", event: { type: "rate", rate: 1 } });
    expect(room.sent).toEqual([
      { type: "rate", rate: 1.3 },
      { type: "rate", rate: 1.3 },
    ]);
    expect(view.get().rate).toBe(1);
  });

  test("that turns out not to hear gets no sound", async () => {
    const { view, room } = await call();
    room.tell({ type: "event", event: { ...SPEECH, ear: null } });
    await settle();
    expect(view.get().microphone).toBe("muted");
    expect([...room.on]).toEqual(["camera"]);
  });

  test("that turns out not to hear while the microphone starts gets no sound either", async () => {
    const joined = Promise.withResolvers<void>();
    const { view, room } = await call({ joined: joined.promise });
    room.tell({ type: "event", event: { ...SPEECH, ear: null } });
    joined.resolve();
    await settle();
    expect(view.get().microphone).toBe("muted");
    expect([...room.on]).toEqual(["camera"]);
  });

  test("that ends the call is heard to the end", async () => {
    const { view, room } = await call();
    room.tell({ type: "event", event: { type: "ended", reason: "hung-up" } });
    expect(view.get().phase).toBe("in-call");
    await vi.advanceTimersByTimeAsync(600);
    expect(view.get()).toMatchObject({ phase: "idle", outcome: { end: "hung-up" } });
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
    room.tell({ type: "agent", here: true });
    expect(view.get().phase).toBe("idle");
  });
});

describe("devices", () => {
  test("are muted and switched on again", async () => {
    const { caller, view, room } = await call();
    caller.toggle("microphone");
    await settle();
    expect(view.get().microphone).toBe("muted");
    expect([...room.on]).toEqual(["camera"]);
    caller.toggle("microphone");
    await settle();
    expect(view.get().microphone).toBe("on");
  });

  test("a second press while one is switched changes nothing", async () => {
    const { caller, view } = await call();
    caller.toggle("camera");
    caller.toggle("camera");
    await settle();
    expect(view.get().camera).toBe("muted");
  });

  test("a mute that comes before the microphone has started still counts", async () => {
    const joined = Promise.withResolvers<void>();
    const { caller, view, room } = await call({ joined: joined.promise });
    caller.toggle("microphone");
    joined.resolve();
    await settle();
    expect(view.get()).toMatchObject({ microphone: "muted", camera: "on" });
    expect([...room.on]).toEqual(["camera"]);
  });

  test("whoever closes the choice of screens wanted none", async () => {
    const { caller, view } = await call({ refuses: { screen: "NotAllowedError" } });
    caller.toggle("screen");
    await settle();
    expect(view.get().screen).toBe("off");
  });

  test("one that stops by itself is told, one that we switched off is not", async () => {
    const { caller, view, room } = await call();
    caller.toggle("camera");
    room.tell({ type: "device-ended", device: "camera" });
    await settle();
    expect(view.get().camera).toBe("muted");
    room.tell({ type: "device-ended", device: "microphone" });
    expect(view.get().microphone).toBe("stopped");
  });

  test("the microphone is held while the device speaks, and stays muted when the caller muted it", async () => {
    const { caller, view, room } = await call();
    caller.hold(true);
    room.tell({ type: "device-ended", device: "microphone" });
    expect([...room.on]).toEqual(["camera"]);
    expect(view.get().microphone).toBe("on");
    caller.hold(false);
    await settle();
    expect(room.on.has("microphone")).toBe(true);
    caller.hold(true);
    caller.toggle("microphone");
    await settle();
    caller.hold(false);
    await settle();
    expect(room.on.has("microphone")).toBe(false);
  });

  test("a microphone that starts while the device speaks is held too", async () => {
    const joined = Promise.withResolvers<void>();
    const { caller, view, room } = await call({ joined: joined.promise });
    caller.hold(true);
    joined.resolve();
    await settle();
    expect([...room.on]).toEqual(["camera"]);
    caller.hold(false);
    await settle();
    expect(view.get().microphone).toBe("on");
    expect(room.on.has("microphone")).toBe(true);
  });

  test("another one is used at once", async () => {
    const { caller, room } = await call({}, { ids: { camera: "front" } });
    caller.deviceChosen("camera");
    caller.deviceChosen("microphone");
    expect(room.chosen).toEqual(["camera front"]);
  });
});

test("questions and commands are sent", async () => {
  const { caller, room } = await call();
  caller.ask("Why?");
  caller.command("repeat");
  expect(room.sent).toEqual([
    { type: "ask", text: "Why?" },
    { type: "command", command: "repeat" },
  ]);
});

interface Options {
  readonly hears?: boolean;
  readonly noDevices?: "insecure";
  readonly ticket?: () => Promise<Ticket>;
  readonly ids?: { readonly camera: string };
}

async function call(roomOptions: FakeRoomOptions = {}, options: Options = {}) {
  const room = createFakeRoom(roomOptions);
  const view = createStore(noCall);
  const events: CallEvent[] = [];
  const caller = createCaller({
    view,
    api: { ticket: options.ticket ?? (async () => ({ serverUrl: "ws://here", token: "t" })) },
    loadRoom: async () => room.create,
    deviceIds: () => options.ids ?? {},
    noDevices: () => options.noDevices ?? null,
    hears: () => options.hears ?? true,
    onEvent: (event) => events.push(event),
  });
  caller.call("");
  await settle();
  return { caller, view, room, events };
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}
