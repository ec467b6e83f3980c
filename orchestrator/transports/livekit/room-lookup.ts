import { createRoomClient, hasAgent } from "./room-service.ts";
import type { LivekitAccess } from "./tokens.ts";

/** A server that is slower than that is not waited for when somebody wants to call. */
const DEADLINE_S = 1;

/**
 * Says whether a caller is in a room together with our agent now. A server that does not answer within
 * a second means no.
 */
export function createRoomLookup(
  access: LivekitAccess,
  agentName: string,
): (room: string, identity: string) => Promise<boolean> {
  const rooms = createRoomClient(access, DEADLINE_S);
  return async (room, identity) => {
    try {
      const inside = await rooms.listParticipants(room);
      return inside.some((one) => one.identity === identity) && hasAgent(inside, agentName);
    } catch {
      return false;
    }
  };
}
