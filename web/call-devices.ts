import type { CallRoom, DeviceIds } from "./call-room.ts";
import { type CallView, changeCall, type Device } from "./call.ts";
import { type Input, openDevices, problemOf } from "./devices.ts";
import type { Store } from "./lib/store.ts";

export interface CallDevicesParts {
  readonly view: Store<CallView>;
  /** The room of the call; undefined: none yet, or none any more. */
  readonly room: () => CallRoom | undefined;
  readonly deviceIds: () => DeviceIds;
  /** Why this browser gives no devices at all; null: it does. */
  readonly noDevices: () => "insecure" | "unsupported" | null;
  /** Whether the server can hear at all. */
  readonly hears: () => boolean;
}

/** The caller's microphone, camera and screen in a call. */
export interface CallDevices {
  /** Asks for the devices while the room is being joined, and offers them once it is. */
  open(room: CallRoom, joined: Promise<void>, signal: AbortSignal): Promise<void>;
  /** The caller mutes what is on, switches on what is not. */
  toggle(device: Device): void;
  /** Silences the microphone for as long as this device itself speaks. */
  hold(on: boolean): void;
  /** Silences the microphone for as long as nobody can hear it: what was said meanwhile would be lost. */
  followEar(): void;
  /** A device gives nothing any more. */
  ended(device: Device): void;
  /** The caller chose another device. */
  chosen(input: Input): void;
  /** The call is over. */
  forget(): void;
}

/** Opens, mutes and exchanges the devices, and keeps the view's words about them. */
export function createCallDevices(parts: CallDevicesParts): CallDevices {
  const { view, deviceIds } = parts;
  let held = false;
  /** It was not the caller who muted the microphone: it comes back by itself. */
  let mutedByUs = false;
  const switching = new Set<Device>();
  /** Muted while it was still being started. */
  const muteSoon = new Set<Device>();
  const set = (device: Device, state: CallView[Device]) =>
    view.set(changeCall(view.get(), { type: "device", device, state }));

  function started(input: Input): void {
    set(input, "on");
    if (muteSoon.delete(input)) flip(input, input === "microphone" && mutedByUs);
    else if (input === "microphone" && held) openMicrophone(false);
  }

  function openMicrophone(on: boolean): void {
    parts
      .room()
      ?.enable("microphone", on, deviceIds())
      .catch(() => set("microphone", "failed"));
  }

  function flip(device: Device, byUs: boolean): void {
    const room = parts.room();
    const state = view.get()[device];
    if (!room || switching.has(device)) return;
    if (state === "starting") return void muteSoon.add(device);
    const on = state !== "on";
    const off = device === "screen" ? "off" : "muted";
    switching.add(device);
    void room
      .enable(device, on, deviceIds())
      .then(
        () => {
          set(device, on ? "on" : off);
          if (on && device === "microphone" && held) openMicrophone(false);
        },
        (error: unknown) => set(device, wasCancelled(device, error) ? "off" : problemOf(error)),
      )
      .finally(() => {
        switching.delete(device);
        if (byUs) followEar();
      });
  }

  function followEar(): void {
    if (switching.has("microphone")) return;
    const { ear, microphone } = view.get();
    const gives = microphone === "on" || (microphone === "starting" && !muteSoon.has("microphone"));
    if (ear === null && gives) {
      mutedByUs = true;
      flip("microphone", true);
    } else if (ear !== null && mutedByUs) {
      mutedByUs = false;
      if (microphone === "starting") muteSoon.delete("microphone");
      else if (microphone === "muted") flip("microphone", true);
    }
  }

  return {
    async open(room, joined, signal) {
      const wanted = (["microphone", "camera"] as const).filter(
        (input) => input === "camera" || parts.hears(),
      );
      if (!wanted.includes("microphone")) set("microphone", "unasked");
      const none = parts.noDevices();
      if (none) return wanted.forEach((input) => set(input, none));
      for (const input of wanted) set(input, "starting");
      const { tracks, problems } = await openDevices(wanted, (inputs) => room.open(inputs, deviceIds()));
      await joined.catch(() => undefined);
      if (signal.aborted) return tracks.forEach((track) => track.stop());
      for (const [input, problem] of problems) set(input, problem);
      await Promise.all(
        tracks.map(async (track) => {
          await track.publish().then(
            () => started(track.input),
            () => set(track.input, "failed"),
          );
        }),
      );
    },
    toggle(device) {
      if (device === "microphone") mutedByUs = false;
      flip(device, false);
    },
    hold(on) {
      held = on;
      if (view.get().microphone === "on") openMicrophone(!on);
    },
    followEar,
    ended(device) {
      const byUs = switching.has(device) || (device === "microphone" && held);
      if (!byUs && view.get()[device] === "on") set(device, device === "screen" ? "off" : "stopped");
    },
    chosen(input) {
      const id = deviceIds()[input];
      if (!id || view.get()[input] !== "on") return;
      void parts
        .room()
        ?.choose(input, id)
        .catch((error: unknown) => set(input, problemOf(error)));
    },
    forget() {
      mutedByUs = false;
      muteSoon.clear();
    },
  };
}

/** Whoever closes the browser's choice of screens wanted none. */
function wasCancelled(device: Device, error: unknown): boolean {
  return device === "screen" && problemOf(error) === "refused";
}
