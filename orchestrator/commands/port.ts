import { InputError, UsageError } from "../errors.ts";

/** @throws {UsageError} unless the text is a port number, 0 for any free one */
export function toPort(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--port: got ${JSON.stringify(text)}; expected 0 to 65535`);
}

/**
 * Waits for a server to listen.
 *
 * @throws {InputError} when its address cannot be had, which is the user's to change
 */
export async function listening<T>(starting: Promise<T>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    const { code = "", address, hostname, port } = error as ListenError;
    const fault = LISTEN_FAULTS[code];
    if (fault === undefined) throw error;
    const where = `${address ?? hostname ?? "that address"}${port === undefined ? "" : ` port ${port}`}`;
    throw new InputError(`cannot listen on ${where}: ${fault}`, "another --host or --port", { cause: error });
  }
}

interface ListenError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly hostname?: string;
  readonly port?: number;
}

const LISTEN_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: "it is in use",
  EACCES: "permission denied",
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "the host name does not resolve",
};
