import { z } from "zod";
import { badRequest, type Issue, validationError } from "./api-error.ts";

const streamOptions = z.looseObject({
  include_usage: z.boolean().nullish(),
  continuous_usage_stats: z.boolean().nullish(),
});

/** The members of a chat request that matter here; vLLM ignores unknown ones silently. */
const chatBody = z.looseObject({
  model: z.string().nullish(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown() })),
  stream: z.boolean().nullish(),
  stream_options: streamOptions.nullish(),
  max_tokens: z.int().nullish(),
  max_completion_tokens: z.int().nullish(),
  min_tokens: z.int().nullish(),
  ignore_eos: z.boolean().nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  include_stop_str_in_output: z.boolean().nullish(),
  top_logprobs: z.int().nullish(),
  n: z.int().nullish(),
  priority: z.int().nullish(),
  cache_salt: z.string().nullish(),
  request_id: z.string().nullish(),
  add_generation_prompt: z.boolean().nullish(),
  tools: z.array(z.unknown()).nullish(),
  mm_processor_kwargs: z.record(z.string(), z.unknown()).nullish(),
});

export type ChatBody = z.output<typeof chatBody>;

const LONGEST_SALT = 128;
const MOST_STOPS = 4;

/**
 * Parses a request body.
 *
 * @throws {ApiError} 400 in vLLM's words.
 */
export function parseChatBody(text: string): ChatBody {
  const json = parseJson(text);
  const parsed = chatBody.safeParse(json, { reportInput: true });
  if (!parsed.success) throw validationError(parsed.error.issues.flatMap((issue) => toIssues(issue, json)));
  const body = parsed.data;
  if (body.stream_options && !body.stream)
    throw badRequest("Stream options can only be defined when `stream=True`.", { name: "stream_options" });
  checkSalt(body.cache_salt);
  if (body.tools && body.tools.length > 0)
    throw badRequest(
      '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    );
  if (body.mm_processor_kwargs) throw badRequest("Per-request `mm_processor_kwargs` are disabled.");
  if (Array.isArray(body.stop) && body.stop.length > MOST_STOPS)
    throw badRequest(`stop cannot have more than ${MOST_STOPS} items, got ${body.stop.length}`, {
      name: "stop",
      value: body.stop,
    });
  return body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const at = /position (\d+)/.exec(String(error))?.[1] ?? String(text.length);
    const reason = jsonReason(String(error));
    throw validationError([
      {
        type: "json_invalid",
        loc: `body.${at}`,
        msg: "JSON decode error",
        input: {},
        context: `{'error': '${reason}'}`,
      },
    ]);
  }
}

/** Python's words for the place where V8 stumbles. */
function jsonReason(message: string): string {
  if (message.includes("Expected property name")) return "Expecting property name enclosed in double quotes";
  if (message.includes("Unterminated string")) return "Unterminated string starting at";
  if (message.includes("after array element") || message.includes("after property value"))
    return "Expecting ',' delimiter";
  if (message.includes("after property name")) return "Expecting ':' delimiter";
  if (message.includes("after JSON")) return "Extra data";
  return "Expecting value";
}

function checkSalt(salt: string | null | undefined): void {
  if (salt === null || salt === undefined) return;
  if (salt === "")
    throw badRequest("Parameter 'cache_salt' must be a non-empty string if provided.", {
      name: "cache_salt",
    });
  if (salt.length > LONGEST_SALT)
    throw badRequest(`Parameter 'cache_salt' must be at most ${LONGEST_SALT} characters.`, {
      name: "cache_salt",
    });
  // oxlint-disable-next-line no-control-regex -- NUL is what is refused
  if (/[@/\\\u0000]/.test(salt))
    throw badRequest("Parameter 'cache_salt' contains invalid characters.", { name: "cache_salt" });
}

const words: Readonly<Record<string, readonly [type: string, noun: string]>> = {
  string: ["string_type", "string"],
  boolean: ["bool_type", "boolean"],
  array: ["list_type", "list"],
  object: ["dict_type", "dictionary"],
  record: ["dict_type", "dictionary"],
  int: ["int_type", "integer"],
  number: ["int_type", "integer"],
};

function toIssues(issue: z.core.$ZodIssue, json: unknown): Issue[] {
  const loc = ["body", ...issue.path.map(String)].join(".");
  if (issue.input === undefined)
    return [{ type: "missing", loc, msg: "Field required", input: at(json, issue.path.slice(0, -1)) }];
  const expected = issue.code === "invalid_type" ? issue.expected : "";
  const [type, noun] = words[expected] ?? ["value_error", "value"];
  return [{ type, loc, msg: `Input should be a valid ${noun}`, input: issue.input }];
}

function at(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const key of path) value = (value as Record<PropertyKey, unknown>)[key];
  return value;
}
