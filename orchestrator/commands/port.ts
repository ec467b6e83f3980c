import { UsageError } from "../errors.ts";

/** @throws {UsageError} unless the text is a port number, 0 for any free one */
export function toPort(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--port: got ${JSON.stringify(text)}; expected 0 to 65535`);
}
