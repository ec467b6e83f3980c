import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CallEvent } from "../../orchestrator/session/call-events.ts";
import { noCall } from "../../web/call.ts";
import { call, settle } from "./caller-fixture.ts";

const SPEECH: CallEvent = { type: "speech", ear: "deepgram", voice: "espeak" };

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
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
