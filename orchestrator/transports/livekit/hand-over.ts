import { orAbort, sleep } from "../../lib/abortable.ts";
import type { StoredCall } from "../../store/calls.ts";
import type { RoomService } from "./room-service.ts";

export interface HandOverOptions {
  readonly service: RoomService;
  readonly agentName: string;
  /** How long all of it may take, and with it the end of who hands over; default: 10 s. */
  readonly withinMs?: number;
}

/** An agent that is free is in the room within a second or two; a sweep asks again after some six. */
const WITHIN_MS = 10_000;
const LOOK_MS = 250;

/**
 * Gives the call of a process that died to whichever agent takes it: sends the one that died out of the
 * room, where it would be taken for one that serves, and asks the server for another unless one is there.
 * Who comes finds in the store what was said. The server takes a request also when no agent is registered,
 * so it is looked whether one comes: true once it is in the room.
 *
 * @throws what the server says, unless the time is over or the signal aborts: then it is false
 */
export function createHandOver({
  service,
  agentName,
  withinMs = WITHIN_MS,
}: HandOverOptions): (call: StoredCall, signal: AbortSignal) => Promise<boolean> {
  return async ({ room, agent }, signal) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    const give = async (): Promise<boolean> => {
      await service.remove(room, agent);
      const { dispatches, hasAgent } = await service.look(room, agentName);
      const metadata = dispatches.at(-1)?.metadata;
      if (hasAgent || metadata === undefined) return hasAgent;
      await service.forget(room, agentName);
      await service.dispatch(room, agentName, metadata);
      while (!(await isThere(room))) await sleep(LOOK_MS, limit);
      return true;
    };
    return orAbort(give(), limit).catch((error: unknown) => {
      if (limit.aborted) return false;
      throw error;
    });
  };

  async function isThere(room: string): Promise<boolean> {
    const seen = await service.look(room, agentName).catch(() => undefined);
    return seen?.hasAgent === true;
  }
}
