/** What went wrong with an engine, in words that a metric label can carry. */
export type EngineErrorCategory =
  | "at-capacity"
  | "timeout"
  | "connectivity"
  | "server"
  | "invalid-request"
  | "unauthorized";

/** A fault of an engine, translated once, in its adapter. The message never holds a prompt or a key. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly engine: string;
  readonly category: EngineErrorCategory;
  /** The strict reader's or the protocol's own word for the fault, such as `gap` or `eof-without-done`. */
  readonly code: string;
  readonly retryable: boolean;

  constructor(
    engine: string,
    category: EngineErrorCategory,
    code: string,
    options: { readonly message?: string; readonly retryable?: boolean; readonly cause?: unknown } = {},
  ) {
    super(options.message ?? `${engine} engine: ${category} (${code})`, { cause: options.cause });
    this.engine = engine;
    this.category = category;
    this.code = code;
    this.retryable = options.retryable ?? (category !== "invalid-request" && category !== "unauthorized");
  }
}

/** The code of a prefill that gave way to the engine's other work. */
export const ENGINE_QUEUE = "engine-queue";

/** Something the user handed over cannot be used. The message says what was wrong and what was expected. */
export class InputError extends Error {
  override readonly name = "InputError";

  constructor(wrong: string, expected: string, options: { readonly cause?: unknown } = {}) {
    super(`${wrong}; expected ${expected}`, options);
  }
}

/** The command line was used wrongly: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The environment is wrong; `faults` names every variable at once. Exit code 78. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`configuration: ${faults.length} fault${faults.length === 1 ? "" : "s"}\n  ${faults.join("\n  ")}`);
    this.faults = faults;
  }
}
