import { setTimeout as wait } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { joinAsGuest } from "./guest.ts";
import { AGENT, withStage } from "./stage.ts";

const { stage, staged } = withStage();

const join = (room: string, identity: string) =>
  joinAsGuest(stage().access, { room, identity, agentName: AGENT });

test("a room that asks for the agent in the caller's token is joined; the caller is heard in pieces of 10 ms", async () => {
  const guest = await join("heard", "anna");
  const call = await staged().calls.of("anna");
  await guest.talk(1000);
  await vi.waitFor(() => expect(loudMs(call.heard)).toBeGreaterThan(800), 3000);
  expect(new Set(call.heard.map(({ sampleRate, samples }) => `${sampleRate} ${samples.length}`))).toEqual(
    new Set(["16000 160"]),
  );
  await guest.leave();
  expect(await call.ended).toBe("left");
  await expect.poll(() => staged().store.calls.size).toBe(0);
});

test("what the call says is heard by the caller, and a barge-in drops what is queued", async () => {
  const guest = await join("spoken", "ben");
  const call = await staged().calls.of("ben");
  await call.play(500);
  await vi.waitFor(() => expect(loud(guest.loudness)).toBeGreaterThan(45), 3000);
  await vi.waitFor(() => expect(guest.loudness.at(-1)?.level).toBeLessThan(0.02), 3000);

  const before = loud(guest.loudness);
  const playing = call.play(5000);
  await vi.waitFor(() => expect(loud(guest.loudness) - before).toBeGreaterThan(20), 3000);
  expect(call.options.speaker.queuedMs()).toBeGreaterThan(3000);
  const clearedAtMs = performance.now();
  call.options.speaker.clear();
  await playing;
  expect(call.options.speaker.queuedMs()).toBe(0);
  await vi.waitFor(() => expect(guest.loudness.at(-1)?.level).toBeLessThan(0.02), 3000);
  const last = guest.loudness.findLast(({ level }) => level > 0.1);
  expect(last!.atMs - clearedAtMs).toBeLessThan(400);
  await guest.leave();
});

test("camera and screen come as they are published, paused and gone; the last black frame never comes", async () => {
  const guest = await join("seen", "carla");
  const call = await staged().calls.of("carla");
  const camera = await guest.show("camera", 100);
  await vi.waitFor(() => expect(call.pictures.length).toBeGreaterThan(5), 5000);
  expect(call.pictures[0]!.raw).toMatchObject({
    width: 640,
    height: 480,
    format: "I420",
    rotation: 0,
    source: "camera",
  });
  expect(Math.abs(call.pictures.at(-1)!.raw.capturedAtMs - performance.now())).toBeLessThan(1000);

  await stage().rooms.mutePublishedTrack("seen", "carla", camera.sid, true);
  await expect.poll(() => camerasOf(call.notes)).toEqual(["start camera", "stop camera"]);
  const muted = call.pictures.length;
  const screen = await guest.show("screen", 100, { width: 320, height: 240 });
  await vi.waitFor(
    () => expect(call.pictures.at(-1)!.raw).toMatchObject({ source: "screen", width: 320 }),
    5000,
  );
  expect(call.pictures.slice(muted).every(({ raw }) => raw.source === "screen")).toBe(true);
  expect(call.pictures.at(-1)!.origin.track).not.toBe(call.pictures[0]!.origin.track);

  await screen.stop();
  await camera.stop();
  await expect.poll(() => call.notes).toContain("stop screen");
  expect(call.pictures.every(({ raw }) => raw.width >= 320)).toBe(true);
  const after = call.pictures.length;

  const next = await guest.show("camera", 30);
  await vi.waitFor(() => expect(call.pictures.length).toBeGreaterThan(after + 3), 5000);
  expect(call.pictures.at(-1)!.origin.track).toBe(next.sid);
  await guest.leave();
});

test("a camera that is switched on while the caller speaks cuts nothing of what they say", async () => {
  const guest = await join("mid-speech", "erik");
  const call = await staged().calls.of("erik");
  const talking = guest.talk(2500);
  await vi.waitFor(() => expect(loudMs(call.heard)).toBeGreaterThan(300), 3000);
  await guest.show("camera", 30);
  await vi.waitFor(() => expect(call.pictures.length).toBeGreaterThan(3), 5000);
  const screen = await guest.show("screen", 30, { width: 320, height: 240 });
  await vi.waitFor(() => expect(call.notes).toContain("start screen"), 5000);
  await screen.stop();
  await vi.waitFor(() => expect(call.notes).toContain("stop screen"), 5000);
  await talking;
  await vi.waitFor(() => expect(loudMs(call.heard)).toBeGreaterThan(2300), 3000);
  expect(call.notes).toEqual(["start camera", "start screen", "stop screen"]);
  await guest.leave();
});

test("a muted microphone ends what was half said, and is heard again when it is on", async () => {
  const guest = await join("muted", "dora");
  const call = await staged().calls.of("dora");
  await guest.talk(300);
  await vi.waitFor(() => expect(loudMs(call.heard)).toBeGreaterThan(100), 3000);
  guest.mute(true);
  await vi.waitFor(() => expect(call.notes).toContain("deafen"), 3000);
  call.heard.length = 0;
  await guest.talk(300);
  await wait(500);
  expect(call.heard).toEqual([]);
  guest.mute(false);
  await guest.talk(300);
  await vi.waitFor(() => expect(loudMs(call.heard)).toBeGreaterThan(100), 3000);
  expect(call.notes).toEqual(["deafen"]);
  await guest.leave();
});

function loud(loudness: readonly { readonly level: number }[]): number {
  return loudness.filter(({ level }) => level > 0.1).length;
}

function camerasOf(notes: readonly string[]): readonly string[] {
  return notes.filter((note) => note.endsWith("camera"));
}

function loudMs(heard: readonly { readonly samples: Int16Array }[]): number {
  return heard.filter(({ samples }) => Math.max(...samples) > 3000).length * 10;
}
