import type { StoredCall } from "../../store/calls.ts";
import type { RoomService } from "./room-service.ts";

export interface HandOverOptions {
  readonly service: RoomService;
  readonly agentName: string;
}

/**
 * Gives the call of a process that died to whichever agent takes it: sends the one that died out of the
 * room, where it would be taken for one that serves, and asks the server for another unless one is there.
 * Who comes finds in the store what was said.
 */
export function createHandOver({ service, agentName }: HandOverOptions): (call: StoredCall) => Promise<void> {
  return async ({ room, agent }) => {
    await service.remove(room, agent);
    const { dispatches, hasAgent } = await service.look(room, agentName);
    const metadata = dispatches.at(-1)?.metadata;
    if (hasAgent || metadata === undefined) return;
    await service.forget(room, agentName);
    await service.dispatch(room, agentName, metadata);
  };
}
