import { describe, expect, test } from "vitest";
import { createCallDevices } from "../../web/call-devices.ts";
import type { DeviceIds } from "../../web/call-room.ts";
import { type CallView, changeCall, noCall } from "../../web/call.ts";
import { createStore } from "../../web/lib/store.ts";
import { createFakeRoom, type FakeRoomOptions } from "./fake-room.ts";

describe("while nobody can hear, the microphone is off", () => {
  test("and comes back by itself", async () => {
    const { ear, microphone } = await start();
    await ear(null);
    expect(microphone()).toBe("muted, offers nothing");
    await ear("another");
    expect(microphone()).toBe("on, offers sound");
  });

  test("a caller who had muted it stays muted", async () => {
    const { devices, ear, microphone } = await start();
    devices.toggle("microphone");
    await settle();
    await ear(null);
    await ear("deepgram");
    expect(microphone()).toBe("muted, offers nothing");
  });

  test("a caller who mutes it in the same moment stays muted", async () => {
    const { devices, ear, microphone } = await start();
    devices.toggle("microphone");
    await ear(null);
    await ear("deepgram");
    expect(microphone()).toBe("muted, offers nothing");
  });

  test("a caller who switches it on and off again meanwhile stays muted", async () => {
    const { devices, ear, microphone } = await start();
    await ear(null);
    devices.toggle("microphone");
    await settle();
    devices.toggle("microphone");
    await settle();
    await ear("deepgram");
    expect(microphone()).toBe("muted, offers nothing");
  });

  test("an outage shorter than the switching leaves it on, one that follows at once leaves it off", async () => {
    const { ear, microphone } = await start();
    void ear(null);
    await ear("deepgram");
    expect(microphone()).toBe("on, offers sound");
    void ear(null);
    void ear("deepgram");
    await ear(null);
    expect(microphone()).toBe("muted, offers nothing");
  });

  test("one that is heard again before the microphone has started mutes nothing", async () => {
    const joined = Promise.withResolvers<void>();
    const { ear, microphone } = await start({ joined: joined.promise });
    await ear(null);
    await ear("deepgram");
    joined.resolve();
    await settle();
    expect(microphone()).toBe("on, offers sound");
  });

  test("a caller's own mute before the start outlasts the outage", async () => {
    const joined = Promise.withResolvers<void>();
    const { devices, ear, microphone } = await start({ joined: joined.promise });
    devices.toggle("microphone");
    await ear(null);
    await ear("deepgram");
    joined.resolve();
    await settle();
    expect(microphone()).toBe("muted, offers nothing");
  });

  test("and is not opened while this device itself speaks", async () => {
    const { devices, ear, microphone } = await start();
    await ear(null);
    devices.hold(true);
    await ear("deepgram");
    expect(microphone()).toBe("on, offers nothing");
    devices.hold(false);
    await settle();
    expect(microphone()).toBe("on, offers sound");
  });

  test("the next call begins anew", async () => {
    const { devices, ear, microphone } = await start();
    await ear(null);
    devices.forget();
    await ear("deepgram");
    expect(microphone()).toBe("muted, offers nothing");
  });
});

describe("devices", () => {
  test("are muted and switched on again", async () => {
    const { devices, view, room } = await start();
    devices.toggle("microphone");
    await settle();
    expect(view.get().microphone).toBe("muted");
    expect([...room.on]).toEqual(["camera"]);
    devices.toggle("microphone");
    await settle();
    expect(view.get().microphone).toBe("on");
  });

  test("a second press while one is switched changes nothing", async () => {
    const { devices, view } = await start();
    devices.toggle("camera");
    devices.toggle("camera");
    await settle();
    expect(view.get().camera).toBe("muted");
  });

  test("a mute that comes before the microphone has started still counts", async () => {
    const joined = Promise.withResolvers<void>();
    const { devices, view, room } = await start({ joined: joined.promise });
    devices.toggle("microphone");
    joined.resolve();
    await settle();
    expect(view.get()).toMatchObject({ microphone: "muted", camera: "on" });
    expect([...room.on]).toEqual(["camera"]);
  });

  test("whoever closes the choice of screens wanted none", async () => {
    const { devices, view } = await start({ refuses: { screen: "NotAllowedError" } });
    devices.toggle("screen");
    await settle();
    expect(view.get().screen).toBe("off");
  });

  test("one that stops by itself is told, one that we switched off is not", async () => {
    const { devices, view } = await start();
    devices.toggle("camera");
    devices.ended("camera");
    await settle();
    expect(view.get().camera).toBe("muted");
    devices.ended("microphone");
    expect(view.get().microphone).toBe("stopped");
  });

  test("the microphone is held while the device speaks, and stays muted when the caller muted it", async () => {
    const { devices, view, room } = await start();
    devices.hold(true);
    devices.ended("microphone");
    expect([...room.on]).toEqual(["camera"]);
    expect(view.get().microphone).toBe("on");
    devices.hold(false);
    await settle();
    expect(room.on.has("microphone")).toBe(true);
    devices.hold(true);
    devices.toggle("microphone");
    await settle();
    devices.hold(false);
    await settle();
    expect(room.on.has("microphone")).toBe(false);
  });

  test("a microphone that starts while the device speaks is held too", async () => {
    const joined = Promise.withResolvers<void>();
    const { devices, view, room } = await start({ joined: joined.promise });
    devices.hold(true);
    joined.resolve();
    await settle();
    expect([...room.on]).toEqual(["camera"]);
    devices.hold(false);
    await settle();
    expect(view.get().microphone).toBe("on");
    expect(room.on.has("microphone")).toBe(true);
  });

  test("another one is used at once", async () => {
    const { devices, room } = await start({ ids: { camera: "front" } });
    devices.chosen("camera");
    devices.chosen("microphone");
    expect(room.chosen).toEqual(["camera front"]);
  });
});

interface Options extends FakeRoomOptions {
  readonly ids?: DeviceIds;
}

async function start({ ids = {}, joined = Promise.resolve(), ...options }: Options = {}) {
  const view = createStore<CallView>({ ...noCall, phase: "in-call" });
  const room = createFakeRoom(options);
  const joinedRoom = room.create(() => {});
  const devices = createCallDevices({
    view,
    room: () => joinedRoom,
    deviceIds: () => ids,
    noDevices: () => null,
    hears: () => true,
  });
  void devices.open(joinedRoom, joined, new AbortController().signal);
  await settle();
  return {
    devices,
    view,
    room,
    microphone: () => `${view.get().microphone}, offers ${room.on.has("microphone") ? "sound" : "nothing"}`,
    /** The assistant tells who hears now. */
    ear: async (ear: string | null) => {
      view.set(changeCall(view.get(), { type: "event", event: { type: "speech", ear, voice: "espeak" } }));
      devices.followEar();
      await settle();
    },
  };
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1));
}
