import type { Logger } from "../../log.ts";
import type { Call, CallOptions } from "../../session/call.ts";
import type { CallEnd } from "../../session/call-events.ts";
import type { CallStore, StoredCall } from "../../store/calls.ts";
import type { joinRoom } from "./room-link.ts";
import type { RoomService } from "./room-service.ts";
import type { RoomSpeaker } from "./room-speaker.ts";
import type { LivekitAccess } from "./tokens.ts";

/** What every call of a process shares. */
export interface RoomCallDeps {
  readonly access: LivekitAccess;
  readonly agentName: string;
  /** Names this process in the store. */
  readonly process: string;
  readonly store: CallStore;
  readonly startCall: (options: CallOptions) => Promise<Call>;
  readonly service: RoomService;
  readonly log: Logger;
  /** How long a caller whose connection broke is waited for. Default: 20 s. */
  readonly graceMs?: number;
  /** Default: a track of the room. */
  readonly createSpeaker?: () => RoomSpeaker;
  /** The way into a room; default: LiveKit's. */
  readonly join?: typeof joinRoom;
}

/** A room to serve. */
export interface RoomTask {
  readonly room: string;
  readonly url: string;
  /** Under which the agent is, or was, in the room. */
  readonly identity: string;
  /** The job's; without one we make our own. */
  readonly token?: string;
  /** The call of a process that died, to be taken up under its identity. */
  readonly orphan?: StoredCall;
  /** We are about to leave: last chance to tell the server why before it sees us go. */
  readonly onLeaving?: (why: RoomCallEnd) => void;
}

/** `yielded`: another agent of our name is there. */
export type RoomCallEnd = CallEnd | "yielded" | "not-entered";

/** Our presence in one room: at most one call at a time, of one caller. */
export interface RoomCall {
  readonly task: RoomTask;
  /** The call that runs now. */
  call(): Call | undefined;
  /** False while we only wait whether somebody comes back. */
  isBusy(): boolean;
  /** Whether the caller sends pictures. */
  isSeen(): boolean;
  /** Takes no other caller: leaves when the call that runs has ended, at once when there is none. */
  retire(): void;
  /** Ends the call when its sentence is said, and leaves. */
  drain(): Promise<void>;
  end(reason: CallEnd): Promise<void>;
  /** Resolves once we are in the room; false when that was not to be. */
  readonly entered: Promise<boolean>;
  /** Resolves when we have left the room and all is released; why. */
  readonly ended: Promise<RoomCallEnd>;
}
