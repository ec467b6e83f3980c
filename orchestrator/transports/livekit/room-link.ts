import {
  DisconnectReason,
  Room,
  RoomEvent,
  type RemoteParticipant,
  type RemoteTrack,
  type RemoteTrackPublication,
} from "@livekit/rtc-node";
import { sleep } from "../../lib/abortable.ts";
import type { Logger } from "../../log.ts";
import { within } from "../../lib/within.ts";
import { leaveRoom, releaseRoom } from "./leave-room.ts";
import { MAX_REQUEST_BYTES } from "./requests.ts";
import { agentToken, type LivekitAccess } from "./tokens.ts";

/** What happens in the room; nothing of it may throw. */
export interface RoomListener {
  /** In the room, for the first time or anew: everybody and everything in it is to be looked at. */
  onJoined(room: Room): void;
  /** Out of the room, but on the way back. */
  onLost(): void;
  onParticipant(participant: RemoteParticipant): void;
  onParticipantGone(participant: RemoteParticipant): void;
  onPublished(publication: RemoteTrackPublication, participant: RemoteParticipant): void;
  onSubscribed(track: RemoteTrack, publication: RemoteTrackPublication, participant: RemoteParticipant): void;
  onUnsubscribed(publication: { readonly sid?: string | undefined }): void;
  onMuted(publication: { readonly sid?: string | undefined }, isMuted: boolean): void;
  onData(bytes: Uint8Array, from: string, topic: string): void;
  onChat(text: string, from: string): void;
}

/** `left`: we went. `lost`: no way back was found in time. */
export type LinkEnd = "left" | "removed" | "taken-over" | "lost";

export interface RoomLinkOptions {
  readonly room: string;
  readonly url: string;
  readonly identity: string;
  readonly agentName: string;
  readonly access: LivekitAccess;
  /** The job's; without one we make our own. */
  readonly token?: string | undefined;
  readonly listener: RoomListener;
  readonly log: Logger;
  /** How long a way back is looked for. Default: 20 s, as long as a server waits for a caller. */
  readonly rejoinMs?: number;
}

export interface RoomLink {
  /** The room while we are in it. */
  room(): Room | undefined;
  leave(): Promise<void>;
  readonly ended: Promise<LinkEnd>;
}

const REJOIN_MS = 20_000;
/** Longer than a busy server takes; the native side itself may wait for ever. */
const CONNECT_MS = 10_000;
const REJOIN_BACKOFF_MS = [200, 400, 800, 1600, 2000] as const;
const CHAT_TOPIC = "lk.chat";

/**
 * Enters a room, and again under the same identity whenever the connection is lost for good.
 *
 * @throws when it cannot be entered at first.
 */
export async function joinRoom(options: RoomLinkOptions): Promise<RoomLink> {
  const { listener, log } = options;
  const leaving = new AbortController();
  const end = Promise.withResolvers<LinkEnd>();
  let current: Room | undefined;

  const enter = async (token: string | undefined): Promise<void> => {
    const room = new Room();
    listen(room, listener, (reason) => lost(room, reason));
    const connecting = room.connect(options.url, token ?? (await agentToken(options.access, options)), {
      autoSubscribe: false,
      dynacast: false,
      dataStream: { maxPayloadByteLength: MAX_REQUEST_BYTES },
    });
    const isConnected = await within(
      connecting.then(() => true),
      CONNECT_MS,
      false,
    );
    if (!isConnected) {
      connecting.then(
        () => void leaveRoom(room),
        () => {},
      );
      throw new Error("the room was not entered in time");
    }
    if (leaving.signal.aborted) {
      await leaveRoom(room);
      return;
    }
    current = room;
    listener.onJoined(room);
  };

  const lost = (room: Room, reason: DisconnectReason): void => {
    if (current !== room) return;
    current = undefined;
    releaseRoom(room);
    if (leaving.signal.aborted) return;
    const ending = endOf(reason);
    if (ending) {
      end.resolve(ending);
      return;
    }
    log.warn({ reason: DisconnectReason[reason] ?? "unknown" }, "room lost; entering it again");
    listener.onLost();
    void enterAgain();
  };

  const enterAgain = async (): Promise<void> => {
    const until = performance.now() + (options.rejoinMs ?? REJOIN_MS);
    for (let tries = 0; performance.now() < until && !leaving.signal.aborted; tries++) {
      try {
        await enter(undefined);
        return;
      } catch {
        await sleep(
          REJOIN_BACKOFF_MS[Math.min(tries, REJOIN_BACKOFF_MS.length - 1)] ?? 0,
          leaving.signal,
        ).catch(() => {});
      }
    }
    end.resolve("lost");
  };

  await enter(options.token);
  return {
    room: () => current,
    async leave() {
      leaving.abort();
      const room = current;
      current = undefined;
      if (room && !(await leaveRoom(room))) log.warn("the room did not say that it was left");
      end.resolve("left");
    },
    ended: end.promise,
  };
}

/** What the server meant by it; undefined: nothing, the connection is just gone. */
function endOf(reason: DisconnectReason): LinkEnd | undefined {
  switch (reason) {
    case DisconnectReason.DUPLICATE_IDENTITY:
      return "taken-over";
    case DisconnectReason.PARTICIPANT_REMOVED:
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return "removed";
    default:
      return undefined;
  }
}

function listen(room: Room, listener: RoomListener, onGone: (reason: DisconnectReason) => void): void {
  room.registerTextStreamHandler(CHAT_TOPIC, (reader, { identity }) => {
    reader.readAll().then(
      (text) => listener.onChat(text, identity),
      () => {},
    );
  });
  room
    .on(RoomEvent.ParticipantConnected, (participant) => listener.onParticipant(participant))
    .on(RoomEvent.ParticipantDisconnected, (participant) => listener.onParticipantGone(participant))
    .on(RoomEvent.TrackPublished, (publication, participant) =>
      listener.onPublished(publication, participant),
    )
    .on(RoomEvent.TrackSubscribed, (track, publication, participant) =>
      listener.onSubscribed(track, publication, participant),
    )
    .on(RoomEvent.TrackUnsubscribed, (_track, publication) => listener.onUnsubscribed(publication))
    .on(RoomEvent.TrackUnpublished, (publication) => listener.onUnsubscribed(publication))
    .on(RoomEvent.TrackMuted, (publication) => listener.onMuted(publication, true))
    .on(RoomEvent.TrackUnmuted, (publication) => listener.onMuted(publication, false))
    .on(RoomEvent.DataReceived, (bytes, participant, _kind, topic) =>
      listener.onData(bytes, participant?.identity ?? "", topic ?? ""),
    )
    .on(RoomEvent.Reconnected, () => listener.onJoined(room))
    .on(RoomEvent.Disconnected, onGone);
}
