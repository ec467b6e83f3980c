import { z } from "zod";

const milliseconds = z.coerce.number().int().min(1).max(600_000);
const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ""));
const engineUrl = url.refine((text) => text.endsWith("/v1"), "a base URL that ends in /v1");
const secret = z.string().min(1);

/** One environment variable. */
export interface Variable {
  readonly doc: string;
  readonly schema: z.ZodType;
  readonly secret?: true;
  /** What `.env.example` shows; a default when there is one. */
  readonly example: string;
}

/** Every environment variable the project reads. `.env.example` is made from this table. */
export const variables = {
  LOCAL_ENGINE_URL: {
    doc: "Self-hosted model server, OpenAI-compatible, such as vLLM with Qwen2-VL. Sees every picture.",
    schema: engineUrl,
    example: "http://127.0.0.1:8000/v1",
  },
  LOCAL_ENGINE_MODEL: {
    doc: "Its model name. Unset: the first one it lists.",
    schema: z.string().min(1),
    example: "vision",
  },
  LOCAL_ENGINE_API_KEY: { doc: "Its key, if it wants one.", schema: secret, secret: true, example: "" },
  LOCAL_ENGINE_KIND: {
    doc: "auto, vllm or openai: whether vLLM's own request fields are sent. auto asks the server.",
    schema: z.enum(["auto", "vllm", "openai"]).default("auto"),
    example: "auto",
  },
  LOCAL_FIRST_TOKEN_MS: {
    doc: "Hard limit from request to first token of the local engine. Raise it for a server on a CPU.",
    schema: milliseconds.default(1500),
    example: "1500",
  },
  LOCAL_FALLBACK_AFTER_MS: {
    doc: "Without a first token by then, a permitted fallback starts beside the local engine.",
    schema: milliseconds.default(450),
    example: "450",
  },
  CLOUD_ENGINE_URL: {
    doc: "Cloud model server. Sees only pictures that the gate judged clear of people.",
    schema: engineUrl,
    example: "https://api.openai.com/v1",
  },
  CLOUD_ENGINE_MODEL: {
    doc: "Its model name.",
    schema: z.string().min(1).default("gpt-4o"),
    example: "gpt-4o",
  },
  CLOUD_ENGINE_API_KEY: {
    doc: "Its key. With it alone the cloud is OpenAI's.",
    schema: secret,
    secret: true,
    example: "",
  },
  OPENAI_API_KEY: {
    doc: "Read as the cloud key only when CLOUD_ENGINE_URL is set.",
    schema: secret,
    secret: true,
    example: "",
  },
  CLOUD_FIRST_TOKEN_MS: {
    doc: "Hard limit from request to first token of the cloud engine.",
    schema: milliseconds.default(2500),
    example: "2500",
  },
  CLOUD_FALLBACK_AFTER_MS: {
    doc: "Without a first token by then, the local engine starts beside the cloud.",
    schema: milliseconds.default(1200),
    example: "1200",
  },
  TOKEN_GAP_MS: {
    doc: "Longest wait between two data events of an answer.",
    schema: milliseconds.default(700),
    example: "700",
  },
  ANSWER_TOTAL_MS: {
    doc: "Longest whole answer stream.",
    schema: milliseconds.default(20_000),
    example: "20000",
  },
  MAX_ANSWER_TOKENS: {
    doc: "Completion limit of one answer, in tokens.",
    schema: z.coerce.number().int().min(1).max(4096).default(160),
    example: "160",
  },
  CONTEXT_TOKENS: {
    doc: "Prompt tokens at which a conversation replaces its oldest pictures by their descriptions.",
    schema: z.coerce.number().int().min(1024).max(1_000_000).default(14_000),
    example: "14000",
  },
  ROUTE_POLICY: {
    doc: "person-local (default with a cloud), local-first, or local-only (default without).",
    schema: z.enum(["person-local", "local-first", "local-only"]),
    example: "person-local",
  },
  PRIVATE_TO_CLOUD: {
    doc: "Clear pictures of small text or of a shared screen that may go to the cloud when no local engine is up: never, reading, screen or all.",
    schema: z.enum(["never", "reading", "screen", "all"]).default("never"),
    example: "never",
  },
  GATE_URL: {
    doc: "Person gate service. Unset: a child process of whoever needs it.",
    schema: url,
    example: "http://127.0.0.1:8010",
  },
  GATE_THREADS: {
    doc: "Inference threads of the gate.",
    schema: z.coerce.number().int().min(1).max(64).default(1),
    example: "1",
  },
  MODELS_DIR: {
    doc: "Folder of the model weights. Unset: .models in the project.",
    schema: z.string().min(1),
    example: ".models",
  },
  ASSETS_MIRROR: {
    doc: "Folder tried for weights and sample pictures before their source. Unset: ../shared/assets when it is there.",
    schema: z.string().min(1),
    example: "../shared/assets",
  },
  CAMERA_FOV_DEG: {
    doc: "Angle of view along the longer side of the picture, for clock positions, in degrees.",
    schema: z.coerce.number().min(10).max(170).default(65),
    example: "65",
  },
  SECRET_KEY: {
    doc: "At least 32 characters; cache salts and picture ids are derived from it. Unset: random for each process.",
    schema: z.string().min(32),
    secret: true,
    example: "",
  },
  LOG_LEVEL: {
    doc: "fatal, error, warn, info, debug, trace or silent.",
    schema: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("warn"),
    example: "warn",
  },
} as const satisfies Record<string, Variable>;

/** The text of `.env.example`: every variable with its meaning, secrets and addresses left open. */
export function envExample(): string {
  const lines = [
    "# Copy to .env and edit. A variable left out or empty takes the default shown.",
    "# A secret may stand in a file instead: NAME_FILE=/path/to/it.",
    "",
  ];
  for (const [name, variable] of Object.entries<Variable>(variables)) {
    lines.push(`# ${variable.doc}`, `#${name}=${variable.example}`, "");
  }
  return lines.join("\n");
}
