import { randomUUID } from "node:crypto";
import { ParticipantKind, type RemoteParticipant, type Room } from "@livekit/rtc-node";
import { sleep } from "../../lib/abortable.ts";
import type { CallEnd } from "../../session/call-events.ts";
import { createAbsence } from "./absence.ts";
import { isAgentNamed, isPerson, whyGone } from "./participants.ts";
import { REQUEST_TOPIC } from "./requests.ts";
import type { RoomCall, RoomCallDeps, RoomCallEnd, RoomTask } from "./room-call.ts";
import { departFrom } from "./room-departure.ts";
import { joinRoom, type RoomLink, type RoomListener } from "./room-link.ts";
import { createRoomRecord } from "./room-record.ts";
import { createRoomSpeaker } from "./room-speaker.ts";
import { roomTag } from "./room-tag.ts";
import { startServedCall, type ServedCall } from "./served-call.ts";

const VOICE_AGAIN_MS = 1000;

/** Serves a room: waits for its caller, and holds one call after the other until the room is done with us. */
export function serveRoom(task: RoomTask, deps: RoomCallDeps): RoomCall {
  const { agentName, store, service, log } = deps;
  const record = createRoomRecord({ store, room: task.room, agent: task.identity, process: deps.process });
  const speaker = (deps.createSpeaker ?? createRoomSpeaker)();
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
  /** A call was held, and whoever held it has gone. */
  let isOver = false;
  /** No other caller is taken. */
  let retiring = false;
  /** A call that is about to start ends with its goodbye. */
  let draining = false;

  const here = (): Room | undefined => (link ? link.room() : lastRoom);
  const absence = createAbsence(here, deps.graceMs);

  const finish = async (why: RoomCallEnd): Promise<void> => {
    if (finished.signal.aborted) return;
    finished.abort();
    absence.end();
    await departFrom({
      room: task.room,
      agentName,
      speaker,
      link,
      service,
      hasLastWord: why === "hung-up" || why === "shutdown",
      isOver: why === "hung-up",
      phone,
      onLeaving: () => task.onLeaving?.(why),
      log,
    });
    entered.resolve(false);
    ended.resolve(why);
  };

  /** Ends the call, and serves the room no longer when that is not possible. */
  const endCall = async (reason: CallEnd): Promise<void> => {
    try {
      await served?.call.end(reason);
    } catch {
      log.error({ room: roomTag(task.room) }, "call could not be ended");
      await finish("failed");
    }
  };

  const begin = async (participant: RemoteParticipant): Promise<void> => {
    const { identity } = participant;
    caller = identity;
    isOver = false;
    const room = here();
    if (room) publishVoice(room);
    phone = participant.kind === ParticipantKind.SIP ? identity : undefined;
    const returned = record.ofReturned(identity);
    const past = orphan ?? returned ?? (await record.leftBehind(identity, finished.signal));
    if (past !== orphan && past !== returned && hasRival()) await finish("yielded");
    orphan = undefined;
    if (finished.signal.aborted) return;
    const id = past?.id ?? randomUUID();
    const call = { id, caller: identity, takenFrom: past?.process };
    const starting = await startServedCall({
      id,
      caller: identity,
      ...(past && { resumed: { history: past.history, returned: past === returned } }),
      onHistory: (history) => record.save({ ...call, history }),
      startCall: deps.startCall,
      speaker,
      room: here,
      log,
    });
    served = starting;
    record.save({ ...call, history: past?.history ?? [] });
    log.info({ call: call.id, resumed: past !== undefined }, "call started");
    starting.ended
      .then((reason) => over(starting, reason))
      .catch(() => {
        log.error({ call: call.id }, "call could not be closed");
        void finish("failed");
      });
    if (finished.signal.aborted || draining) void starting.call.drain();
    const back = here()?.remoteParticipants.get(identity);
    if (back) starting.attach(back);
    else gone(undefined);
  };

  /** Again until it is there: a call without it would go on, and nobody would hear a word of it. */
  const publishVoice = (room: Room): void => {
    void speaker.publish(room).catch(async () => {
      log.warn("the voice could not be published");
      await sleep(VOICE_AGAIN_MS, finished.signal).catch(() => {});
      if (!finished.signal.aborted && !isOver && here() === room) publishVoice(room);
    });
  };

  const hasRival = (): boolean =>
    [...(here()?.remoteParticipants.values() ?? [])].some((other) => isAgentNamed(agentName, other));

  const over = async (was: ServedCall, reason: CallEnd): Promise<void> => {
    log.info({ call: was.call.id, reason }, "call ended");
    record.over(was.call.id, reason);
    served = undefined;
    caller = undefined;
    absence.end();
    const mayReturn = reason === "left" || reason === "lost";
    if (!mayReturn || retiring || finished.signal.aborted) {
      await finish(reason);
      return;
    }
    isOver = true;
    void speaker.retire().catch(() => log.warn("the voice could not be taken back"));
    absence.linger(() => void finish(reason));
    for (const participant of here()?.remoteParticipants.values() ?? []) consider(participant);
  };

  const consider = (participant: RemoteParticipant): void => {
    if (finished.signal.aborted) return;
    if (participant.identity === caller) {
      absence.end();
      served?.attach(participant);
    } else if (caller === undefined && !retiring && isPerson(participant)) {
      if (orphan && orphan.caller !== participant.identity) return;
      absence.end();
      begin(participant).catch(() => {
        log.error({ room: roomTag(task.room) }, "call could not be started");
        void finish("failed");
      });
    }
  };

  /** The caller is not there. */
  const gone = (why: CallEnd | undefined): void => {
    served?.tracks.stop();
    absence.begin(why === undefined, () => void (served ? endCall("lost") : finish("lost")));
    if (why) void endCall(why);
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

  const listener: RoomListener = {
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
  };

  const enter = async (): Promise<void> => {
    try {
      link = await (deps.join ?? joinRoom)({ ...task, agentName, access: deps.access, log, listener });
    } catch {
      log.error({ room: roomTag(task.room) }, "room could not be entered");
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
    if (served) await endCall(why);
    await finish(why);
  };
  void enter();

  const retire = (): void => {
    retiring = true;
    if (!served && caller === undefined) void finish("shutdown");
  };

  return {
    task,
    call: () => served?.call,
    isBusy: () => !isOver,
    isSeen: () => served?.tracks.isSeen() ?? false,
    retire,
    async drain() {
      draining = true;
      retire();
      await served?.call.drain().catch(() => endCall("shutdown"));
      await ended.promise;
    },
    async end(reason) {
      await endCall(reason);
      await finish(reason);
    },
    entered: entered.promise,
    ended: ended.promise,
  };
}
