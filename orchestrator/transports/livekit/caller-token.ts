import { RoomAgentDispatch, RoomConfiguration, TrackSource } from "@livekit/protocol";
import { AccessToken } from "livekit-server-sdk";
import type { LivekitConfig } from "../../config.ts";

/** Covers the first join only: whoever is in a room gets renewed tokens from the server. */
const TTL_MS = 10 * 60 * 1000;
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
