import {
  request as httpRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from "node:http";
import { request as httpsRequest } from "node:https";

/** A LiveKit server that has not answered by then will not. */
const ANSWER_DEADLINE_MS = 5000;

/** Ours and the connection's own, which LiveKit has no use for. */
const NOT_FORWARDED = new Set([
  "host",
  "cookie",
  "connection",
  "upgrade",
  "keep-alive",
  "transfer-encoding",
  "content-length",
]);

/**
 * Makes requests to a LiveKit server out of a caller's: same path, same query, their headers but for
 * our cookie. Such a request ends with an `error` when it is not answered within five seconds.
 *
 * @param target `ws` or `wss` address
 */
export function createUpstream(
  target: string,
): (incoming: IncomingMessage, headers: Readonly<Record<string, string>>) => ClientRequest {
  const url = new URL(target);
  const isSecure = url.protocol === "wss:";
  const base = url.pathname.replace(/\/$/, "");
  return (incoming, headers) => {
    const outgoing = (isSecure ? httpsRequest : httpRequest)({
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port || (isSecure ? 443 : 80),
      path: `${base}${incoming.url ?? ""}`,
      headers: { ...forwarded(incoming.headers), host: url.host, ...headers },
      agent: false,
    });
    const timer = setTimeout(() => outgoing.destroy(new Error("no answer")), ANSWER_DEADLINE_MS);
    const answered = (): void => clearTimeout(timer);
    return outgoing.once("upgrade", answered).once("response", answered).once("close", answered);
  };
}

function forwarded(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_FORWARDED.has(name)));
}
