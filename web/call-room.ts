import type { LocalVideoTrack } from "livekit-client";
import type { CallEvent, CallRequest, CallState } from "../orchestrator/session/call-events.ts";
import type { Ticket } from "./api.ts";
import type { Device, EndReason } from "./call.ts";
import type { Input } from "./devices.ts";

/** A video element. */
export type PreviewElement = Parameters<LocalVideoTrack["attach"]>[0];

/** What happens in a room, in the page's words. */
export type RoomNews =
  | { readonly type: "reconnecting" }
  | { readonly type: "reconnected" }
  | { readonly type: "closed"; readonly reason: EndReason }
  | { readonly type: "agent"; readonly here: false }
  /** `state`: the room's word for what it does; its own comes as an event. */
  | { readonly type: "agent"; readonly here: true; readonly state: CallState }
  | { readonly type: "event"; readonly event: CallEvent }
  | { readonly type: "sound-blocked"; readonly blocked: boolean }
  /** A device stopped by itself: it was unplugged, or its permission withdrawn. */
  | { readonly type: "device-ended"; readonly device: Device };

/** Devices by their ids; undefined: the browser's choice, for the camera the one that looks away from the user. */
export type DeviceIds = Readonly<Partial<Record<Input, string>>>;

/** An opened device. */
export interface OpenedTrack {
  readonly input: Input;
  /** Offers its sound or picture to the room. */
  publish(): Promise<void>;
  stop(): void;
}

/** One joined room. */
export interface CallRoom {
  /** Plays what was held back; rejects when the browser still allows no sound. */
  unlockSound(): Promise<void>;
  connect(ticket: Ticket): Promise<void>;
  /** Asks for the devices and offers their tracks; rejects with the browser's error. */
  open(inputs: readonly Input[], ids: DeviceIds): Promise<readonly OpenedTrack[]>;
  /** Switches an opened device on or off; rejects when it cannot be opened again. */
  enable(device: Device, on: boolean, ids: DeviceIds): Promise<void>;
  /** Shows the camera's picture in an element; returns a function that ends it. */
  preview(element: PreviewElement): () => void;
  choose(input: Input, id: string): Promise<void>;
  send(request: CallRequest): Promise<void>;
  close(): Promise<void>;
}
