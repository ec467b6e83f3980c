import { EngineError } from "../errors.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * Translates what a broken connection throws: `connect` when there was none, `reset` when an
 * established one ended too early.
 */
export function networkFault(endpoint: Endpoint, thrown: unknown): EngineError {
  const systemCode = findCode(thrown);
  const isReset = systemCode !== undefined && RESET.has(systemCode);
  const message = isReset
    ? `the connection to ${endpoint.address} broke`
    : connectMessage(endpoint, systemCode);
  return new EngineError(endpoint.engine, "connectivity", isReset ? "reset" : "connect", {
    message: `${endpoint.engine} engine: ${message}`,
  });
}

const RESET = new Set([
  "ECONNRESET",
  "EPIPE",
  "UND_ERR_SOCKET",
  "UND_ERR_ABORTED",
  "UND_ERR_DESTROYED",
  "UND_ERR_CLOSED",
]);

function connectMessage(endpoint: Endpoint, systemCode: string | undefined): string {
  const check = `check ${endpoint.variable}_URL`;
  switch (systemCode) {
    case "ECONNREFUSED":
      return `nothing listens at ${endpoint.address}; start the server, or ${check}`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the host name of ${endpoint.address} does not resolve; ${check}`;
    case "UND_ERR_CONNECT_TIMEOUT":
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return `${endpoint.address} cannot be reached; ${check}, and the network`;
    default:
      return systemCode !== undefined && /CERT|TLS|SSL|ISSUER/u.test(systemCode)
        ? `the certificate of ${endpoint.address} is not accepted (${systemCode}); ${check}`
        : `no HTTP exchange with ${endpoint.address} came about${systemCode === undefined ? "" : ` (${systemCode})`}; ${check}`;
  }
}

/** The system's or the client's error code, wherever in the chain of causes it stands. */
function findCode(thrown: unknown): string | undefined {
  let error = thrown;
  for (let depth = 0; depth < 8 && typeof error === "object" && error !== null; depth += 1) {
    if (error instanceof AggregateError && error.errors.length > 0) {
      error = error.errors[0];
      continue;
    }
    const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{2,60}$/u.test(code)) return code;
    error = cause;
  }
  return undefined;
}
