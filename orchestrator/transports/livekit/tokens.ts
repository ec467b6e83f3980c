import { AccessToken } from "livekit-server-sdk";
import type { LivekitConfig } from "../../config.ts";

/** What it takes to speak to a LiveKit server as its operator's own program. */
export type LivekitAccess = Pick<LivekitConfig, "url" | "apiKey" | "apiSecret">;

/** The attributes by which LiveKit's own clients, and our other processes, know an agent. */
export const AGENT_NAME_ATTRIBUTE = "lk.agent.name";
export const AGENT_STATE_ATTRIBUTE = "lk.agent.state";

/** Each connection of the worker socket makes its own. */
const WORKER_TOKEN_TTL = "10m";
/** The server renews the token of whoever is in a room. */
const JOIN_TOKEN_TTL = "10m";

/** A token that registers a worker. */
export function workerToken({ apiKey, apiSecret }: LivekitAccess): Promise<string> {
  const token = new AccessToken(apiKey, apiSecret, { ttl: WORKER_TOKEN_TTL });
  token.addGrant({ agent: true });
  return token.toJwt();
}

/** A token with which an agent enters a room again under its old identity, without a job. */
export function agentToken(
  { apiKey, apiSecret }: LivekitAccess,
  {
    room,
    identity,
    agentName,
  }: { readonly room: string; readonly identity: string; readonly agentName: string },
): Promise<string> {
  const token = new AccessToken(apiKey, apiSecret, {
    ttl: JOIN_TOKEN_TTL,
    identity,
    attributes: { [AGENT_NAME_ATTRIBUTE]: agentName },
  });
  token.kind = "agent";
  token.addGrant({
    room,
    roomJoin: true,
    agent: true,
    canPublish: true,
    canSubscribe: true,
    canPublishData: true,
    canUpdateOwnMetadata: true,
  });
  return token.toJwt();
}

/** The address of the server's HTTP API. */
export function apiUrl(url: string): string {
  return url.replace(/^ws/, "http");
}
