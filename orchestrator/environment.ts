import type { z } from "zod";
import { callVariables } from "./environment/call.ts";
import { serverVariables } from "./environment/server.ts";
import {
  address,
  decimal,
  engineAddress,
  firstOf,
  folder,
  headers,
  key,
  milliseconds,
  name,
  oneOf,
  text,
  wholeNumber,
} from "./environment/schemas.ts";

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
  LOCAL_PICTURES: {
    doc: "Pictures of earlier questions that a prompt of the local engine shows at most: one fewer than its --limit-mm-per-prompt allows. Beyond them the oldest give way to their descriptions.",
    ...wholeNumber(24, 0, 1000),
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
  GATE_PROVIDER: {
    doc: "Where the gate's detector runs: cpu, or cuda, which needs the CUDA libraries of inference/gate/Dockerfile.",
    ...firstOf("cpu", "cuda"),
  },
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
  ...callVariables,
  ...serverVariables,
  SECRET_KEY: {
    doc: "At least 32 characters; signatures of cookies, cache salts and picture ids are derived from it. Unset: cookies are signed with a secret kept in DATA_DIR, the rest is random for each process.",
    schema: text.min(32).optional(),
    expected: "at least 32 characters",
    secret: true,
    example: "",
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    doc: "Collector of traces over OTLP (HTTP): every turn's timeline is one trace, without a word of it. Unset: no traces.",
    ...address,
    example: "http://127.0.0.1:4318",
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    doc: "Headers that the collector wants, as name=value with commas between.",
    ...headers,
    example: "",
  },
  LOG_LEVEL: {
    doc: "What is logged, as JSON lines on stderr.",
    ...firstOf("warn", "fatal", "error", "info", "debug", "trace", "silent"),
  },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof variables;
/** The variables as they were read: defaults filled in, faults reported elsewhere. */
export type Values = { readonly [N in VariableName]: z.output<(typeof variables)[N]["schema"]> };

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
