import { ParticipantInfo_Kind, RoomAgentDispatch, RoomConfiguration, TrackSource } from "@livekit/protocol";
import { AccessToken, RoomServiceClient } from "livekit-server-sdk";
import type { LivekitConfig } from "../../config.ts";

/** Covers the first join only: whoever is in a room gets renewed tokens from the server. */
const TTL_MS = 10 * 60 * 1000;
/** A server that is slower than that is not waited for when somebody wants to call. */
const LOOKUP_DEADLINE_S = 1;

/** The SDK has enum types of its own, with the same numbers. */
const AGENTS: ReadonlySet<number> = new Set([ParticipantInfo_Kind.AGENT]);

export interface CallerTokenRequest {
  readonly identity: string;
  readonly room: string;
  /** Shown to others in the room; undefined: none. */
  readonly name: string | undefined;
}

export interface IssuedToken {
  readonly token: string;
  /** Wall clock, milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** Makes tokens with which a caller may join one room, and that have our agent dispatched to it. */
export function createCallerTokens(
  { apiKey, apiSecret }: Pick<LivekitConfig, "apiKey" | "apiSecret">,
  agentName: string,
): (request: CallerTokenRequest) => Promise<IssuedToken> {
  return async ({ identity, room, name }) => {
    const expiresAtMs = Date.now() + TTL_MS;
    const token = new AccessToken(apiKey, apiSecret, {
      identity,
      ttl: TTL_MS / 1000,
      ...(name === undefined ? {} : { name }),
    });
    token.addGrant({
      room,
      roomJoin: true,
      canPublish: true,
      canPublishSources: [TrackSource.MICROPHONE, TrackSource.CAMERA, TrackSource.SCREEN_SHARE],
      canPublishData: true,
      canSubscribe: true,
      canUpdateOwnMetadata: false,
    });
    token.roomConfig = new RoomConfiguration({ agents: [new RoomAgentDispatch({ agentName })] });
    return { token: await token.toJwt(), expiresAtMs };
  };
}

/**
 * Says whether a caller is in a room together with an agent now. A server that does not answer within
 * a second means no.
 */
export function createRoomLookup({
  url,
  apiKey,
  apiSecret,
}: Pick<LivekitConfig, "url" | "apiKey" | "apiSecret">): (
  room: string,
  identity: string,
) => Promise<boolean> {
  const rooms = new RoomServiceClient(url.replace(/^ws/, "http"), apiKey, apiSecret, {
    requestTimeout: LOOKUP_DEADLINE_S,
  });
  return async (room, identity) => {
    try {
      const inside = await rooms.listParticipants(room);
      return (
        inside.some((participant) => participant.identity === identity) &&
        inside.some(({ kind }) => AGENTS.has(kind))
      );
    } catch {
      return false;
    }
  };
}
