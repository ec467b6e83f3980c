import type { EngineErrorCategory } from "../errors.ts";

/** A fault of a speech service, translated once, in its adapter. The message never holds words or a key. */
export class SpeechFault extends Error {
  override readonly name = "SpeechFault";
  readonly category: EngineErrorCategory;
  /** The protocol's own word or number for the fault, such as `4401`, `half-open` or `first-audio`. */
  readonly code: string;

  constructor(category: EngineErrorCategory, code: string) {
    super(`speech service: ${category} (${code})`);
    this.category = category;
    this.code = code;
  }
}

/** Translates an HTTP status, of a response or of a refused upgrade. */
export function statusFault(status: number): SpeechFault {
  const code = String(status);
  if (status === 401 || status === 402 || status === 403) return new SpeechFault("unauthorized", code);
  if (status === 429 || status === 503) return new SpeechFault("at-capacity", code);
  if (status === 408 || status === 504) return new SpeechFault("timeout", code);
  if (status >= 400 && status < 500) return new SpeechFault("invalid-request", code);
  return new SpeechFault("server", code);
}

/** Translates the code with which a service closed its socket, its own numbers among them. */
export function closeFault(code: number): SpeechFault {
  if (UNAUTHORIZED_CODES.has(code)) return new SpeechFault("unauthorized", String(code));
  if (code === 1013 || code === 4029 || code === 3009) return new SpeechFault("at-capacity", String(code));
  if (code === 1011) return new SpeechFault("server", String(code));
  return new SpeechFault("connectivity", String(code));
}

/** 1008 is what AssemblyAI refuses a key with, 3000 OpenAI; 4001–4003 and 4401–4403 are customary. */
const UNAUTHORIZED_CODES = new Set([1008, 3000, 4001, 4002, 4003, 4401, 4402, 4403]);

/** Takes whatever was thrown, or what caused it, for a fault of the service. */
export function toFault(error: unknown): SpeechFault {
  if (error instanceof SpeechFault) return error;
  const code = codeOf(error) ?? (error instanceof Error ? codeOf(error.cause) : undefined);
  return new SpeechFault("connectivity", code ?? "unknown");
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
