import type { RemoteParticipant, Room } from "@livekit/rtc-node";
import type { Logger } from "../../log.ts";
import type { Call, CallOptions } from "../../session/call.ts";
import type { CallEnd, CallEvent } from "../../session/call-events.ts";
import { createCallerLine } from "./caller-line.ts";
import { createCallerMedia, type CallerMedia } from "./caller-media.ts";
import { createRequestLimit, parseRequest, toQuestion } from "./requests.ts";
import type { RoomSpeaker } from "./room-speaker.ts";

/** One caller's call, and all that goes between their device and it. */
export interface ServedCall {
  readonly caller: string;
  readonly call: Call;
  readonly tracks: CallerMedia;
  /** The caller is here, for the first time or again: their tracks are asked for, and read when they are there. */
  attach(caller: RemoteParticipant): void;
  onRequest(bytes: Uint8Array): void;
  onChat(text: string): void;
  /** Resolves when the call has ended and its last word is sent. */
  readonly ended: Promise<CallEnd>;
}

export interface ServedCallOptions
  extends Pick<CallOptions, "id" | "caller" | "resumed">, Required<Pick<CallOptions, "onHistory">> {
  readonly startCall: (options: CallOptions) => Promise<Call>;
  readonly speaker: RoomSpeaker;
  room(): Room | undefined;
  readonly log: Logger;
}

/** Starts a call for a caller of a room. */
export async function startServedCall(options: ServedCallOptions): Promise<ServedCall> {
  const { id, caller, resumed, onHistory, speaker, log } = options;
  const allowed = createRequestLimit();
  const mayLog = createRequestLimit();
  const line = createCallerLine({
    room: () => options.room(),
    caller,
    callerTrack: () => media?.microphoneSid(),
    agentTrack: () => speaker.trackSid(),
    log,
  });
  let media: CallerMedia | undefined = undefined as CallerMedia | undefined;
  const call = await options.startCall({
    id,
    caller,
    transport: "livekit",
    speaker,
    onEvent: (event: CallEvent) => line.tell(event),
    onHistory,
    ...(resumed && { resumed }),
  });
  const tracks = createCallerMedia(call);
  media = tracks;
  const ended = call.ended.then(async (reason) => {
    tracks.stop();
    await line.close().catch(() => log.warn({ call: call.id }, "the last events could not be sent"));
    return reason;
  });
  return {
    caller,
    call,
    ended,
    attach(participant) {
      for (const publication of participant.trackPublications.values()) tracks.want(publication, participant);
    },
    tracks,
    onRequest(bytes) {
      const request = allowed() ? parseRequest(bytes) : undefined;
      if (request) call.request(request);
      else if (mayLog()) log.info({ call: call.id }, "request refused");
    },
    onChat(text) {
      const request = allowed() ? toQuestion(text) : undefined;
      if (request) call.request(request);
      else if (mayLog()) log.info({ call: call.id }, "chat message refused");
    },
  };
}
