import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Callers } from "./callers.ts";
import type { Limiter } from "./limits.ts";
import { Problem } from "./problem.ts";
import type { Rooms } from "./rooms.ts";
import { isOwnConfig, readTokenRequest, type TokenRequest } from "./token-request.ts";

/** A token request is a few names. */
const BODY_LIMIT_BYTES = 16 * 1024;
/** Callers whose last room is remembered, for a second tab and a page that was loaded again. */
const REMEMBERED = 10_000;

/** What the gateway must be able to ask about LiveKit. */
export interface TokenSource {
  readonly agentName: string;
  /** A token with which a caller may join one room, and that has our agent dispatched to it. */
  issueToken(request: {
    readonly identity: string;
    readonly room: string;
    readonly name: string | undefined;
  }): Promise<{ readonly token: string; readonly expiresAtMs: number }>;
  /** Whether a caller is in a room together with an agent now. */
  isInCall(room: string, identity: string): Promise<boolean>;
}

export interface TokenRouteOptions {
  /** Undefined: no LiveKit server is configured. */
  readonly tokens: TokenSource | undefined;
  readonly callers: Callers;
  readonly limiter: Limiter;
  readonly rooms: Rooms;
  /** The LiveKit server's address for the device that sent the request. */
  serverUrl(request: FastifyRequest): string;
}

/** `/api/v1/livekit/token` in the format of LiveKit's token endpoints: a room of the caller's own, with our agent. */
export function addTokenRoute(app: FastifyInstance, options: TokenRouteOptions): void {
  const { tokens, callers, limiter, rooms } = options;
  const lastRooms = new Map<string, string>();

  /** A caller who is in a call gets its room: a second tab takes the call over, it does not start another. */
  async function chooseRoom(caller: string, asked: string | undefined): Promise<string> {
    if (asked !== undefined) {
      if (!rooms.isOf(caller, asked)) throw new Problem("foreign-room");
      return asked;
    }
    const last = lastRooms.get(caller);
    return last !== undefined && (await tokens?.isInCall(last, caller)) ? last : rooms.create(caller);
  }
  function remember(caller: string, room: string): void {
    lastRooms.delete(caller);
    lastRooms.set(caller, room);
    const [oldest] = lastRooms.keys();
    if (lastRooms.size > REMEMBERED && oldest !== undefined) lastRooms.delete(oldest);
  }
  async function issue(request: FastifyRequest, reply: FastifyReply, wanted: TokenRequest) {
    await limiter.token(request.ip);
    const identity = await callers.admit(request, reply, wanted.accessCode);
    if (!tokens) throw new Problem("livekit-unavailable");
    if (wanted.identity !== undefined && wanted.identity !== identity) throw new Problem("foreign-identity");
    if (wanted.roomConfig && !isOwnConfig(wanted.roomConfig, tokens.agentName))
      throw new Problem("foreign-room-config");
    const room = await chooseRoom(identity, wanted.room);
    const issued = await tokens.issueToken({ identity, room, name: wanted.name });
    remember(identity, room);
    void reply.header("cache-control", "no-store");
    return { ...issued, identity, room, url: options.serverUrl(request) };
  }

  app.post("/api/v1/livekit/token", { bodyLimit: BODY_LIMIT_BYTES }, async (request, reply) => {
    const { token, url } = await issue(request, reply, readTokenRequest(request.body));
    return reply.code(201).send({ server_url: url, participant_token: token });
  });
  app.get("/api/v1/livekit/token", async (request, reply) => {
    const { token, url, room, identity, expiresAtMs } = await issue(request, reply, readTokenRequest({}));
    return { token, url, room, identity, expires_at: new Date(expiresAtMs).toISOString() };
  });
}
