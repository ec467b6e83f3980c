import { z } from "zod";

/** One environment variable. */
export interface Variable {
  readonly doc: string;
  readonly schema: z.ZodType;
  /** What a value must be, as the message of a fault says it. */
  readonly expected: string;
  readonly secret?: true;
  /** What `.env.example` shows; a default when there is one. */
  readonly example: string;
}

const text = z.string().min(1);
const name = { schema: text.optional(), expected: "a name" } as const;
const folder = { schema: text.optional(), expected: "a folder" } as const;

/** A user, a password or a query could hold a secret, and addresses are shown. */
const plainUrl = text
  .refine((value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (!url || !/^https?:$/.test(url.protocol)) return false;
    return url.username + url.password + url.search + url.hash === "";
  })
  .transform((value) => value.replace(/\/+$/, ""));
const address = {
  schema: plainUrl.optional(),
  expected: "an http or https address without user, password or query",
} as const;
const engineAddress = {
  schema: plainUrl.refine((value) => value.endsWith("/v1")).optional(),
  expected: "an http or https base URL that ends in /v1, without user, password or query",
} as const;

/** Goes into a header, where a blank or a line break would be a fault of its own. */
const key = {
  schema: text.regex(/^[\x21-\x7e]+$/).optional(),
  expected: "printable ASCII characters without blanks",
  secret: true,
} as const;

/** Each variable that the project reads. `.env.example` is made from this table. */
export const variables = {
  LOCAL_ENGINE_URL: {
    doc: "Self-hosted model server, OpenAI-compatible, such as vLLM with Qwen2-VL. Sees every picture.",
    ...engineAddress,
    example: "http://127.0.0.1:8000/v1",
  },
  LOCAL_ENGINE_MODEL: {
    doc: "Its model name. Unset: the first one it lists.",
    ...name,
    example: "vision",
  },
  LOCAL_ENGINE_API_KEY: { doc: "Its key, if it wants one.", ...key, example: "" },
  LOCAL_ENGINE_KIND: {
    doc: "Whether vLLM's own request fields are sent: auto asks the server.",
    ...firstOf("auto", "vllm", "openai"),
  },
  LOCAL_FIRST_TOKEN_MS: {
    doc: "Hard limit from request to first token of the local engine. Raise it for a server on a CPU.",
    ...milliseconds(1500),
  },
  LOCAL_FALLBACK_AFTER_MS: {
    doc: "Without a first token by then, a permitted fallback starts beside the local engine.",
    ...milliseconds(450),
  },
  CLOUD_ENGINE_URL: {
    doc: "Cloud model server. Sees only pictures that the gate judged clear of people.",
    ...engineAddress,
    example: "https://api.openai.com/v1",
  },
  CLOUD_ENGINE_MODEL: {
    doc: "Its model name.",
    schema: text.default("gpt-4o"),
    expected: "a name",
    example: "gpt-4o",
  },
  CLOUD_ENGINE_API_KEY: { doc: "Its key. With it alone the cloud is OpenAI's.", ...key, example: "" },
  OPENAI_API_KEY: {
    doc: "Read as the cloud key only when CLOUD_ENGINE_URL is set.",
    ...key,
    example: "",
  },
  CLOUD_FIRST_TOKEN_MS: {
    doc: "Hard limit from request to first token of the cloud engine.",
    ...milliseconds(2500),
  },
  CLOUD_FALLBACK_AFTER_MS: {
    doc: "Without a first token by then, the local engine starts beside the cloud.",
    ...milliseconds(1200),
  },
  TOKEN_GAP_MS: { doc: "Longest wait between two data events of an answer.", ...milliseconds(700) },
  ANSWER_TOTAL_MS: { doc: "Longest whole answer stream.", ...milliseconds(20_000) },
  MAX_ANSWER_TOKENS: {
    doc: "Completion limit of one answer, in tokens.",
    ...wholeNumber(160, 1, 4096),
  },
  CONTEXT_TOKENS: {
    doc: "Prompt tokens at which a conversation replaces its oldest pictures by their descriptions.",
    ...wholeNumber(14_000, 1024, 1_000_000),
  },
  ROUTE_POLICY: {
    doc: "person-local (default with a cloud), local-first, or local-only (default without).",
    ...oneOf("person-local", "local-first", "local-only"),
    example: "person-local",
  },
  PRIVATE_TO_CLOUD: {
    doc: "Clear pictures of small text or of a shared screen that may go to the cloud when no local engine is up: never, reading, screen or all.",
    ...firstOf("never", "reading", "screen", "all"),
  },
  GATE_URL: {
    doc: "Person gate service. Unset: a child process of whoever needs it.",
    ...address,
    example: "http://127.0.0.1:8010",
  },
  GATE_THREADS: { doc: "Inference threads of the gate.", ...wholeNumber(1, 1, 64) },
  MODELS_DIR: {
    doc: "Folder of the model weights. Unset: .models in the project. A relative path starts there too.",
    ...folder,
    example: ".models",
  },
  ASSETS_MIRROR: {
    doc: "Folder tried for weights and sample pictures before their source. Unset: ../shared/assets when it is there.",
    ...folder,
    example: "../shared/assets",
  },
  CAMERA_FOV_DEG: {
    doc: "Angle of view along the longer side of the picture, for clock positions, in degrees.",
    schema: decimal(/^\d+(\.\d+)?$/, 10, 170).default(65),
    expected: "a number from 10 to 170",
    example: "65",
  },
  SECRET_KEY: {
    doc: "At least 32 characters; cache salts and picture ids are derived from it. Unset: random for each process.",
    schema: text.min(32).optional(),
    expected: "at least 32 characters",
    secret: true,
    example: "",
  },
  LOG_LEVEL: {
    doc: "What is logged, as JSON lines on stderr.",
    ...firstOf("warn", "fatal", "error", "info", "debug", "trace", "silent"),
  },
} as const satisfies Record<string, Variable>;

/** The text of `.env.example`: every variable with its meaning, secrets left open. */
export function envExample(): string {
  const lines = [
    "# Copy to .env and edit: every command reads it, and the environment wins over it.",
    "# A variable left out or empty takes its default. A secret may stand in a file instead:",
    "# NAME_FILE=/path/to/it.",
    "",
  ];
  for (const [name, variable] of Object.entries<Variable>(variables)) {
    lines.push(`# ${variable.doc}`, `#${name}=${variable.example}`, "");
  }
  return lines.join("\n");
}

function decimal(form: RegExp, least: number, most: number) {
  return text.regex(form).transform(Number).pipe(z.number().min(least).max(most));
}

function wholeNumber(fallback: number, least: number, most: number) {
  return {
    schema: decimal(/^\d+$/, least, most).default(fallback),
    expected: `a whole number from ${least} to ${most}`,
    example: String(fallback),
  };
}

function milliseconds(fallback: number) {
  const limit = wholeNumber(fallback, 1, 600_000);
  return { ...limit, expected: `${limit.expected}, in milliseconds` };
}

function oneOf<const Value extends string>(...values: readonly [Value, ...Value[]]) {
  return { schema: z.enum(values).optional(), expected: `one of ${values.join(", ")}` };
}

/** The first value is the default. */
function firstOf<const Value extends string>(...values: readonly [Value, ...Value[]]) {
  return { ...oneOf(...values), schema: z.enum(values).default(() => values[0]), example: values[0] };
}
