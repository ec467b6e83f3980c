import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, request as send, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Of the vLLM production stack's router: `session` looks at the header, and where that lacks at who was
 * asked least; `roundrobin` looks at nothing.
 */
export type RoutingLogic = "session" | "roundrobin";

export interface RouterOptions {
  /** Base addresses of the replicas, without `/v1`. */
  readonly replicas: readonly string[];
  readonly logic: RoutingLogic;
  /** The header that names the session. */
  readonly sessionKey: string;
}

/** A router before replicas of an engine. */
export interface Router {
  readonly url: string;
  /** The replicas that each session was sent to. */
  readonly homes: ReadonlyMap<string, ReadonlySet<number>>;
  close(): Promise<void>;
}

/** Points of each replica on the ring, so that the sessions are shared out evenly. */
const POINTS = 160;

/**
 * A stand-in for the production stack's router: each session goes to the replica that follows its hash on
 * a ring, whatever else is asked at the time. It does not notice when a replica ends.
 */
export async function startSessionRouter(options: RouterOptions): Promise<Router> {
  const { replicas, logic, sessionKey } = options;
  const ring = replicas
    .flatMap((_, replica) =>
      Array.from({ length: POINTS }, (_, point) => ({ at: hashOf(`${replica}-${point}`), replica })),
    )
    .toSorted((one, other) => one.at - other.at);
  const homes = new Map<string, Set<number>>();
  const asked = replicas.map(() => 0);
  let turn = 0;

  const choose = (session: string | undefined): number => {
    if (logic === "roundrobin") return turn++ % replicas.length;
    if (session === undefined) return asked.indexOf(Math.min(...asked));
    const at = hashOf(session);
    return (ring.find((point) => point.at >= at) ?? ring[0])?.replica ?? 0;
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const named = request.headers[sessionKey];
    const session = typeof named === "string" ? named : undefined;
    const replica = choose(session);
    asked[replica] = (asked[replica] ?? 0) + 1;
    if (session !== undefined) homes.set(session, (homes.get(session) ?? new Set()).add(replica));
    const onward = send(
      `${replicas[replica]}${request.url}`,
      { method: request.method ?? "GET", headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.once("error", () => {
      if (!response.headersSent) response.writeHead(503);
      response.end();
    });
    response.once("close", () => onward.destroy());
    request.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    homes,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A place on the ring. */
function hashOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE();
}
