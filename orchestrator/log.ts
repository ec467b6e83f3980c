import { pino, type Logger } from "pino";

export type { Logger };

/**
 * JSON lines on stderr, so that stdout stays the command's own. Messages are static; no transcript,
 * picture, prompt or key is ever a field.
 */
export function createLog(level: string): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
}
