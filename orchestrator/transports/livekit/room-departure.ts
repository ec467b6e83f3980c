import { wait } from "../../lib/wait.ts";
import { within } from "../../lib/within.ts";
import type { Logger } from "../../log.ts";
import type { RoomLink } from "./room-link.ts";
import { roomTag } from "./room-tag.ts";
import type { RoomService } from "./room-service.ts";
import type { RoomSpeaker } from "./room-speaker.ts";

/** From the end of the native queue to the caller's ear. */
const IN_FLIGHT_MS = 200;
/** A step that takes longer is left behind: the room is not served any more, whatever hangs in it. */
const STEP_MS = 5000;

export interface Departure {
  readonly room: string;
  readonly agentName: string;
  readonly speaker: Pick<RoomSpeaker, "queuedMs" | "close">;
  /** Undefined: the room was never entered. */
  readonly link: Pick<RoomLink, "leave"> | undefined;
  readonly service: Pick<RoomService, "forget" | "remove">;
  /** Something was said at last that is to be heard. */
  readonly hasLastWord: boolean;
  /** The caller has been told goodbye: they are not called back, and their phone line is closed. */
  readonly isOver: boolean;
  /** The caller, when they are on a phone line. */
  readonly phone: string | undefined;
  /** Last chance to tell the server why before it sees us go. */
  onLeaving(): void;
  readonly log: Logger;
}

/** Leaves a room for good, step by step; a step that fails or hangs does not keep the others. Never rejects. */
export async function departFrom(departure: Departure): Promise<void> {
  const { room, speaker, log } = departure;
  const step = async (name: string, work: () => Promise<unknown> | void): Promise<void> => {
    const done = Promise.resolve().then(work);
    const isDone = await within(
      done.then(() => true),
      STEP_MS,
      false,
    ).catch(() => false);
    if (!isDone) log.warn({ room: roomTag(room), step: name }, "a step out of the room failed");
  };
  if (departure.hasLastWord) {
    await step("last word", () => wait(Math.min(speaker.queuedMs(), 1000) + IN_FLIGHT_MS));
  }
  await step("report", () => departure.onLeaving());
  await step("leave", () => departure.link?.leave());
  await step("voice", () => speaker.close());
  if (departure.isOver) void step("hang up", () => hangUp(departure));
}

async function hangUp({ service, room, agentName, phone }: Departure): Promise<void> {
  if (phone !== undefined) await service.remove(room, phone);
  await service.forget(room, agentName);
}
