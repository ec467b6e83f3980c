import { ParticipantKind, type RemoteParticipant, type Room } from "@livekit/rtc-node";
import type { Logger } from "../../log.ts";
import type { Call, CallOptions } from "../../session/call.ts";
import type { CallEnd } from "../../session/call-events.ts";
import type { CallStore, StoredCall } from "../../store/calls.ts";
import type { PastTurn } from "../../turn/turn.ts";
import { isAgentNamed, isPerson, whyGone } from "./participants.ts";
import { REQUEST_TOPIC } from "./requests.ts";
import { joinRoom, type RoomLink } from "./room-link.ts";
import { createRoomRecord } from "./room-record.ts";
import type { RoomService } from "./room-service.ts";
import { createRoomSpeaker } from "./room-speaker.ts";
import { startServedCall, type ServedCall } from "./served-call.ts";
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
  /** Keeps what was said so far, for a process that may have to take the call up. */
  remember(history: readonly PastTurn[]): void;
  /** Ends the call when its sentence is said, and leaves. */
  drain(): Promise<void>;
  end(reason: CallEnd): Promise<void>;
  /** Resolves once we are in the room; false when that was not to be. */
  readonly entered: Promise<boolean>;
  /** Resolves when we have left the room and all is released; why. */
  readonly ended: Promise<RoomCallEnd>;
}

const GRACE_MS = 20_000;
/** A caller who left may only load their page again. Counted from when they went. */
const LINGER_MS = 15_000;
/**
 * A server closes a room without callers after its departure timeout (default 20 s), and we go before:
 * of a room that the server ends, the native side keeps the published voice for the life of the process
 * (livekit/rust-sdks#1443).
 */
const GO_BEFORE_MS = 5000;
/** From the end of the native queue to the caller's ear. */
const IN_FLIGHT_MS = 200;

/** Serves a room: waits for its caller, and holds one call after the other until the room is done with us. */
export function serveRoom(task: RoomTask, deps: RoomCallDeps): RoomCall {
  const { agentName, store, service, log } = deps;
  const record = createRoomRecord({ store, room: task.room, agent: task.identity, process: deps.process });
  const speaker = createRoomSpeaker();
  const finished = new AbortController();
  const entered = Promise.withResolvers<boolean>();
  const ended = Promise.withResolvers<RoomCallEnd>();
  let orphan = task.orphan;
  let link: RoomLink | undefined;
  let lastRoom: Room | undefined;
  /** Identity of who is served, from the moment that this was decided. */
  let caller: string | undefined;
  let served: ServedCall | undefined;
  /** The caller, when they are on a phone line. */
  let phone: string | undefined;
  let grace: NodeJS.Timeout | undefined;
  /** A call was held, and whoever held it has gone. */
  let isOver = false;
  /** When the caller was last seen to go. */
  let goneAtMs = 0;
  let draining = false;

  const here = (): Room | undefined => (link ? link.room() : lastRoom);

  const finish = async (why: RoomCallEnd): Promise<void> => {
    if (finished.signal.aborted) return;
    finished.abort();
    clearTimeout(grace);
    if (why === "hung-up" || why === "shutdown") await heardOut();
    task.onLeaving?.(why);
    await link?.leave();
    await speaker.close();
    if (why === "hung-up") void hangUp();
    entered.resolve(false);
    ended.resolve(why);
  };

  /** Nobody calls back who was told goodbye, and a phone line is closed. */
  const hangUp = async (): Promise<void> => {
    try {
      if (phone !== undefined) await service.remove(task.room, phone);
      await service.forget(task.room, agentName);
    } catch {
      log.warn({ room: task.room }, "the request for the agent could not be taken back");
    }
  };

  /** What was said last is still on its way to the ear. */
  const heardOut = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, Math.min(speaker.queuedMs(), 1000) + IN_FLIGHT_MS);
    await promise;
  };

  const begin = async (participant: RemoteParticipant): Promise<void> => {
    const { identity } = participant;
    caller = identity;
    isOver = false;
    const room = here();
    if (room) publishVoice(room);
    phone = participant.kind === ParticipantKind.SIP ? identity : undefined;
    const past = orphan ?? (await record.leftBehind(identity, finished.signal));
    if (past !== orphan && hasRival()) await finish("yielded");
    orphan = undefined;
    if (finished.signal.aborted) return;
    const starting = await startServedCall({
      caller: identity,
      resumed: past,
      startCall: deps.startCall,
      speaker,
      room: here,
      log,
    });
    served = starting;
    record.save(starting, past?.history ?? []);
    log.info({ call: starting.call.id, resumed: past !== undefined }, "call started");
    void starting.ended.then((reason) => over(starting, reason));
    if (finished.signal.aborted || draining) void starting.call.drain();
    const back = here()?.remoteParticipants.get(identity);
    if (back) starting.attach(back);
    else gone(undefined);
  };

  const publishVoice = (room: Room): void => {
    void speaker.publish(room).catch(() => log.warn("the voice could not be published"));
  };

  const hasRival = (): boolean =>
    [...(here()?.remoteParticipants.values() ?? [])].some((other) => isAgentNamed(agentName, other));

  const over = async (was: ServedCall, reason: CallEnd): Promise<void> => {
    log.info({ call: was.call.id, reason }, "call ended");
    record.over(was, reason);
    served = undefined;
    caller = undefined;
    clearTimeout(grace);
    const mayReturn = reason === "left" || reason === "lost";
    if (!mayReturn || draining || finished.signal.aborted) {
      await finish(reason);
      return;
    }
    isOver = true;
    void speaker.retire().catch(() => log.warn("the voice could not be taken back"));
    grace = setTimeout(() => void finish(reason), atMost(LINGER_MS, here()) - (performance.now() - goneAtMs));
    for (const participant of here()?.remoteParticipants.values() ?? []) consider(participant);
  };

  const consider = (participant: RemoteParticipant): void => {
    if (finished.signal.aborted) return;
    if (participant.identity === caller) {
      clearTimeout(grace);
      served?.attach(participant);
    } else if (caller === undefined && !draining && isPerson(participant)) {
      if (orphan && orphan.caller !== participant.identity) return;
      clearTimeout(grace);
      begin(participant).catch(() => {
        log.error({ room: task.room }, "call could not be started");
        void finish("failed");
      });
    }
  };

  /** The caller is not there. */
  const gone = (why: CallEnd | undefined): void => {
    served?.tracks.stop();
    clearTimeout(grace);
    goneAtMs = performance.now();
    if (why) void served?.call.end(why);
    else grace = setTimeout(() => void giveUp(), deps.graceMs ?? atMost(GRACE_MS, here()));
  };

  const giveUp = async (): Promise<void> => {
    if (served) await served.call.end("lost");
    else await finish("lost");
  };

  const joined = (room: Room): void => {
    const isFirst = lastRoom === undefined;
    lastRoom = room;
    if (!isOver) publishVoice(room);
    if (isFirst && !task.orphan && hasRival()) {
      void finish("yielded");
      return;
    }
    for (const participant of room.remoteParticipants.values()) consider(participant);
    const expected = caller ?? orphan?.caller;
    if (expected !== undefined && !room.remoteParticipants.has(expected)) gone(undefined);
  };

  const enter = async (): Promise<void> => {
    try {
      link = await joinRoom({
        ...task,
        agentName,
        access: deps.access,
        log,
        listener: {
          onJoined: joined,
          onLost: () => served?.tracks.stop(),
          onParticipant: consider,
          onParticipantGone: ({ identity, disconnectReason }) => {
            if (identity === caller) gone(whyGone(disconnectReason));
          },
          onPublished: (publication, participant) => {
            if (participant.identity === caller) served?.tracks.want(publication, participant);
          },
          onSubscribed: (track, publication, participant) => {
            if (participant.identity === caller) served?.tracks.subscribed(track, publication, participant);
          },
          onUnsubscribed: (publication) => served?.tracks.unsubscribed(publication),
          onMuted: (publication, isMuted) => served?.tracks.muted(publication, isMuted),
          onData: (bytes, from, topic) => {
            if (topic === REQUEST_TOPIC && from === caller) served?.onRequest(bytes);
          },
          onChat: (text, from) => {
            if (from === caller) served?.onChat(text);
          },
        },
      });
    } catch {
      log.error({ room: task.room }, "room could not be entered");
      await finish("not-entered");
      return;
    }
    if (finished.signal.aborted) {
      await link.leave();
      return;
    }
    entered.resolve(true);
    const why = await link.ended;
    if (why === "left") return;
    if (served) await served.call.end(why);
    await finish(why);
  };
  void enter();

  return {
    task,
    call: () => served?.call,
    isBusy: () => !isOver,
    remember(history) {
      if (served) record.save(served, history);
    },
    async drain() {
      draining = true;
      if (served) await served.call.drain();
      else if (caller === undefined) await finish("shutdown");
      await ended.promise;
    },
    async end(reason) {
      if (served) await served.call.end(reason);
      await finish(reason);
    },
    entered: entered.promise,
    ended: ended.promise,
  };
}

/** So long, or as long as the server leaves a room without callers open, less a margin. */
function atMost(waitMs: number, room: Room | undefined): number {
  const departureMs = 1000 * (room?.departureTimeout ?? 0);
  return departureMs > 0 ? Math.max(0, Math.min(waitMs, departureMs - GO_BEFORE_MS)) : waitMs;
}
