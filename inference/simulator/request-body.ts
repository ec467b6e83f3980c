import { z } from "zod";
import { ApiError, badRequest, type Issue, validationError } from "./api-error.ts";
import { boolean, integer, number } from "./lax.ts";
import { findJsonFault } from "./json-fault.ts";
import { pythonFloat, pythonString } from "./python.ts";

const streamOptions = z.looseObject({ include_usage: boolean, continuous_usage_stats: boolean });

/** The members of a chat request that matter here; vLLM ignores unknown ones silently. */
const chatBody = z.looseObject({
  model: z.string().nullish(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown().optional() })),
  stream: boolean,
  stream_options: streamOptions.nullish(),
  max_tokens: integer,
  max_completion_tokens: integer,
  min_tokens: integer,
  ignore_eos: boolean,
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  include_stop_str_in_output: boolean,
  temperature: number,
  top_p: number,
  logprobs: boolean,
  top_logprobs: integer,
  n: integer,
  priority: integer,
  cache_salt: z.unknown().optional(),
  request_id: z.string().nullish(),
  add_generation_prompt: boolean,
  tools: z.array(z.unknown()).nullish(),
  tool_choice: z.unknown().optional(),
  mm_processor_kwargs: z.record(z.string(), z.unknown()).nullish(),
});

export type ChatBody = z.output<typeof chatBody>;

const MOST_STOPS = 4;

/**
 * Parses a request body.
 *
 * @throws {ApiError} 400 in vLLM's words.
 */
export function parseChatBody(text: string, contentType: string | undefined): ChatBody {
  if (!/^application\/json\b/i.test(contentType ?? "")) {
    const complaint = "Unsupported Media Type: Only 'application/json' is allowed";
    throw new ApiError(400, "Bad Request", `1 validation error:\n  ${complaint}`);
  }
  const json = parseJson(text);
  const parsed = chatBody.safeParse(json, { reportInput: true });
  if (!parsed.success) throw validationError(parsed.error.issues.flatMap((issue) => toIssues(issue, json)));
  const body = parsed.data;
  body.messages.forEach(checkContent);
  checkStop(body.stop);
  if (body.stream_options && !body.stream)
    throw badRequest("Stream options can only be defined when `stream=True`.", { name: "stream_options" });
  checkSalt(body.cache_salt);
  checkTools(body);
  if (typeof body.top_logprobs === "number" && !body.logprobs)
    throw badRequest("when using `top_logprobs`, `logprobs` must be set to true.", { name: "top_logprobs" });
  if (body.mm_processor_kwargs)
    throw badRequest(
      "Per-request mm_processor_kwargs are disabled by default because they can change multimodal preprocessing resource usage. Start the server with --trust-request-mm-kwargs only when clients are trusted.",
      { name: "mm_processor_kwargs" },
    );
  if (body.messages.length === 0)
    throw badRequest("Cannot apply chat template to an empty conversation. Provide at least one message.");
  return body;
}

/**
 * Checks the sampling parameters against the longest context; returns the limit that was asked for.
 *
 * @throws {ApiError} 400 in vLLM's words.
 */
export function checkSampling(body: ChatBody, maxModelLen: number): number | undefined {
  const { temperature, top_p: topP, n, min_tokens: minTokens } = body;
  const name = typeof body.max_completion_tokens === "number" ? "max_completion_tokens" : "max_tokens";
  const limit = body[name];
  if (typeof limit === "number" && limit > maxModelLen)
    throw badRequest(
      `${name}=${limit} cannot be greater than max_model_len=${maxModelLen}. Please request fewer output tokens.`,
      { name, value: limit },
    );
  if (typeof n === "number" && n < 1) throw badRequest(`n must be at least 1, got ${n}.`);
  if (typeof n === "number" && n > 1)
    throw new ApiError(501, "NotImplementedError", "The simulator gives one answer: n must be 1.", "n");
  checkRange("temperature", temperature, (value) => value >= 0, "must be non-negative");
  checkRange("temperature", temperature, (value) => value <= 2, "must be in [0, 2]");
  checkRange("top_p", topP, (value) => value > 0 && value <= 1, "must be in (0, 1]");
  if (typeof limit === "number" && limit < 1) throw tooFewTokens(limit);
  if (typeof limit === "number" && typeof minTokens === "number" && minTokens > limit)
    throw badRequest(`min_tokens must be less than or equal to max_tokens=${limit}, got ${minTokens}.`);
  return limit;
}

/** An answer of no tokens was asked for, or a prompt leaves room for none. */
export function tooFewTokens(limit: number): ApiError {
  return badRequest(`max_tokens must be at least 1, got ${limit}.`, { name: "max_tokens", value: limit });
}

function checkRange(
  name: string,
  value: number | undefined,
  isRight: (value: number) => boolean,
  rule: string,
): void {
  if (value === undefined || isRight(value)) return;
  const shown = pythonFloat(value);
  throw badRequest(`${name} ${rule}, got ${shown}.`, { name, value: shown });
}

/** vLLM complains once for each kind of message; here it does once. */
function checkContent({ role, content }: ChatBody["messages"][number], index: number): void {
  if (typeof content === "string" || Array.isArray(content)) return;
  const mayLack = role === "assistant" || (role !== "user" && role !== "system");
  if (mayLack && (content === null || content === undefined)) return;
  const loc = `body.messages.${index}.content`;
  throw validationError([
    { type: "string_type", loc, msg: "Input should be a valid string", input: content },
  ]);
}

function checkStop(stop: ChatBody["stop"]): void {
  const stops = [stop ?? []].flat();
  if (stops.includes("")) throw badRequest("stop cannot contain an empty string.");
  const count = stops.length;
  if (count <= MOST_STOPS) return;
  throw validationError([
    { type: "string_type", loc: "body.stop", msg: "Input should be a valid string", input: stop },
    {
      type: "too_long",
      loc: "body.stop",
      msg: `List should have at most ${MOST_STOPS} items after validation, not ${count}`,
      input: stop,
      context: `{'field_type': 'List', 'max_length': ${MOST_STOPS}, 'actual_length': ${count}}`,
    },
  ]);
}

function checkSalt(salt: unknown): void {
  if (salt === null || salt === undefined) return;
  const parameter = { name: "cache_salt" };
  if (typeof salt !== "string" || salt === "")
    throw badRequest("Parameter 'cache_salt' must be a non-empty string if provided.", parameter);
  // oxlint-disable-next-line no-control-regex -- NUL is what is refused
  if (!/^[^@/\\\u0000]{1,128}$/su.test(salt))
    throw badRequest(
      "Parameter 'cache_salt' must be at most 128 characters and must not contain '@', '/', '\\\\', or NUL.",
      parameter,
    );
}

function checkTools({ tools, tool_choice: choice }: ChatBody): void {
  if (!tools) return;
  if (tools.length === 0)
    throw badRequest(
      "`tools` must not be an empty array. Either provide at least one tool or omit the field entirely.",
      { name: "tools" },
    );
  if (choice === "none") return;
  throw badRequest('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set');
}

function parseJson(text: string): unknown {
  if (text === "")
    throw validationError([{ type: "missing", loc: "body", msg: "Field required", input: null }]);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const { at, reason } = findJsonFault(text);
    throw validationError([
      {
        type: "json_invalid",
        loc: `body.${at}`,
        msg: "JSON decode error",
        input: {},
        context: `{'error': ${pythonString(reason)}}`,
      },
    ]);
  }
}

const kinds: Readonly<Record<string, readonly [type: string, noun: string]>> = {
  string: ["string_type", "a valid string"],
  array: ["list_type", "a valid list"],
  object: ["dict_type", "a valid dictionary"],
  record: ["dict_type", "a valid dictionary"],
};
const whole = ["model_attributes_type", "a valid dictionary or object to extract fields from"] as const;

function toIssues(issue: z.core.$ZodIssue, json: unknown): Issue[] {
  const loc = ["body", ...issue.path.map(String)].join(".");
  const { input } = issue;
  if (issue.code === "custom")
    return [{ type: String(issue.params?.["type"]), loc, msg: issue.message, input }];
  if (issue.code === "invalid_union")
    return issue.errors
      .flat()
      .flatMap((one) => toIssues({ ...one, path: issue.path, input } as z.core.$ZodIssue, json));
  if (input === undefined)
    return [{ type: "missing", loc, msg: "Field required", input: at(json, issue.path.slice(0, -1)) }];
  const expected = issue.code === "invalid_type" ? issue.expected : "";
  const [type, noun] = issue.path.length === 0 ? whole : (kinds[expected] ?? ["value_error", "valid"]);
  return [{ type, loc, msg: `Input should be ${noun}`, input }];
}

function at(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const key of path) value = (value as Record<PropertyKey, unknown>)[key];
  return value;
}
