import { pythonInput, pythonJson } from "./python.ts";

/** An error as vLLM answers it: a status and an `error` object. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  /** Answered outside vLLM's middleware: without Vary and X-Request-Id. */
  readonly outside: boolean;
  /** How long the server tried before it said so. */
  readonly afterMs: number;

  constructor(
    status: number,
    type: string,
    message: string,
    param: string | null = null,
    how: { readonly outside?: boolean; readonly afterMs?: number } = {},
  ) {
    super(message);
    this.outside = how.outside ?? false;
    this.afterMs = how.afterMs ?? 0;
    this.status = status;
    this.type = type;
    this.param = param;
  }

  /** The body of an answer that is nothing but this error. */
  toJson(): string {
    return JSON.stringify({ error: this.#object() });
  }

  /** The event of a stream that had begun, which Python's `json.dumps` wrote. */
  toEvent(): string {
    return `data: ${pythonJson({ error: this.#object() })}\n\n`;
  }

  #object(): object {
    return { message: this.message, type: this.type, param: this.param, code: this.status };
  }
}

/** Refused after parsing. A known parameter is named at the end of the text. */
export function badRequest(
  message: string,
  param?: { readonly name: string; readonly value?: unknown },
): ApiError {
  if (param === undefined) return new ApiError(400, "BadRequestError", message);
  const value = "value" in param ? `, value=${String(param.value)}` : "";
  return new ApiError(400, "BadRequestError", `${message} (parameter=${param.name}${value})`, param.name);
}

/** One complaint of the request's schema. */
export interface Issue {
  readonly type: string;
  /** Path such as `body.messages`. */
  readonly loc: string;
  readonly msg: string;
  readonly input: unknown;
  /** Python text of the context object. */
  readonly context?: string;
}

/** Refused by the request's schema: another type and text than what is refused later. */
export function validationError(issues: readonly Issue[]): ApiError {
  const lines = issues.map((issue) => {
    const context = issue.context === undefined ? "" : `, 'ctx': ${issue.context}`;
    const head = `'type': '${issue.type}', 'loc': '${issue.loc}', 'msg': '${issue.msg}'`;
    return `  {${head}, 'input': ${pythonInput(issue.input)}${context}}`;
  });
  const count = `${issues.length} validation error${issues.length === 1 ? "" : "s"}:`;
  return new ApiError(400, "Bad Request", [count, ...lines].join("\n"), issues[0]?.loc ?? null);
}

/** The engine process is gone. */
export function engineDead(): ApiError {
  const message = "EngineCore encountered an issue. See stack trace (above) for the root cause.";
  return new ApiError(500, "InternalServerError", message);
}

/** A fault inside the engine that it does not name. */
export function internalError(how: { readonly afterMs?: number } = {}): ApiError {
  return new ApiError(500, "InternalServerError", "Internal server error", null, how);
}

/** Requests that arrive late in a drain. */
export function shutDown(): ApiError {
  const message = "cannot schedule new futures after shutdown";
  return new ApiError(500, "InternalServerError", message, null, { outside: true });
}

/** More requests than the queue limit allows. */
export function queueFull(): ApiError {
  const message =
    "The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.";
  return new ApiError(503, "Service Unavailable", message);
}
