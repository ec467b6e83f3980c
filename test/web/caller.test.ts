import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CallEvent } from "../../orchestrator/session/call-events.ts";
import { ApiError, type Ticket } from "../../web/api.ts";
import { type CallView, noCall } from "../../web/call.ts";
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
    room.tell({ type: "agent", here: true, state: "listening" });
    room.tell({ type: "agent", here: false });
    expect(view.get().agent).toBe("gone");
    room.tell({ type: "agent", here: true, state: "listening" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(view.get()).toMatchObject({ phase: "in-call", agent: "here" });
  });

  test("is not told to be here before its first sentence had its time to begin", async () => {
    const { view, room } = await call();
    room.tell({ type: "event", event: SPEECH });
    room.tell({ type: "agent", here: true, state: "listening" });
    await vi.advanceTimersByTimeAsync(400);
    expect(view.get().agent).toBe("awaited");
    const seen: string[] = [];
    view.watch(({ agent, state }) => seen.push(`${agent} ${state}`));
    room.tell({ type: "event", event: { type: "state", state: "thinking" } });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen).toEqual(["here thinking"]);
  });

  test("is known by the room's word to speak, until its own comes", async () => {
    const { view, room } = await call();
    const seen: string[] = [];
    view.watch(({ agent, state }) => seen.push(`${agent} ${state}`));
    room.tell({ type: "agent", here: true, state: "speaking" });
    room.tell({ type: "agent", here: true, state: "listening" });
    room.tell({ type: "event", event: { type: "state", state: "thinking" } });
    room.tell({ type: "agent", here: true, state: "listening" });
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen).toEqual(["here speaking", "here listening", "here thinking"]);
  });

  test("is told the rate that was last in use when it tells of its services again", async () => {
    let ownRate = 1.3;
    const { room } = await call({}, { ownRate: () => ownRate });
    room.tell({ type: "event", event: SPEECH });
    ownRate = 0.83;
    room.tell({ type: "event", event: { type: "rate", rate: 0.83, by: "caller" } });
    room.tell({ type: "event", event: SPEECH });
    expect(room.sent).toEqual([
      { type: "rate", rate: 1.3 },
      { type: "rate", rate: 0.83 },
    ]);
  });

  test.each([1.3, 1])(
    "learns the caller's rate %d as soon as it is there, which stays on show",
    async (own) => {
      const { room, view } = await call({}, { ownRate: () => own, view: { ...noCall, rate: own } });
      room.tell({ type: "event", event: SPEECH });
      room.tell({ type: "event", event: { type: "rate", rate: 1.2, by: "persona" } });
      expect(room.sent).toEqual([{ type: "rate", rate: own }]);
      expect(view.get().rate).toBe(own);
      room.tell({ type: "event", event: { type: "rate", rate: 0.83, by: "caller" } });
      expect(view.get().rate).toBe(0.83);
    },
  );

  test("speaks to a caller who has chosen no rate at the persona's", async () => {
    const { room, view } = await call();
    room.tell({ type: "event", event: SPEECH });
    room.tell({ type: "event", event: { type: "rate", rate: 1.2, by: "persona" } });
    expect(room.sent).toEqual([]);
    expect(view.get().rate).toBe(1.2);
  });

  test("that turns out not to hear gets no sound until it hears again", async () => {
    const { view, room } = await call();
    room.tell({ type: "event", event: { ...SPEECH, ear: null } });
    await settle();
    expect(view.get().microphone).toBe("muted");
    expect([...room.on]).toEqual(["camera"]);
    room.tell({ type: "event", event: SPEECH });
    await settle();
    expect(view.get().microphone).toBe("on");
    expect([...room.on]).toEqual(["camera", "microphone"]);
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
  caller.ask("Why?");
  caller.command("repeat");
  expect(room.sent).toEqual([
    { type: "ask", text: "Why?" },
    { type: "command", command: "repeat" },
  ]);
});

interface Options {
  readonly hears?: boolean;
  readonly ownRate?: () => number | null;
  readonly view?: CallView;
  readonly noDevices?: "insecure";
  readonly ticket?: () => Promise<Ticket>;
}

async function call(roomOptions: FakeRoomOptions = {}, options: Options = {}) {
  const room = createFakeRoom(roomOptions);
  const view = createStore(options.view ?? noCall);
  const events: CallEvent[] = [];
  const sounds: string[] = [];
  const caller = createCaller({
    view,
    api: { ticket: options.ticket ?? (async () => ({ serverUrl: "ws://here", token: "t" })) },
    loadRoom: async () => room.create,
    deviceIds: () => ({}),
    noDevices: () => options.noDevices ?? null,
    hears: () => options.hears ?? true,
    ownRate: options.ownRate ?? (() => null),
    unlockSound() {
      sounds.push("unlocked");
      return () => sounds.push("locked");
    },
    onEvent: (event) => events.push(event),
  });
  caller.call("");
  await settle();
  return { caller, view, room, events, sounds };
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}
