import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { ask, chat, type Check, expectError, picture, user } from "./contract-vllm-target.ts";
import { jpegUrl } from "./contract-vllm-wire.ts";

/** More pictures than any server takes in one prompt. */
const TOO_MANY = 100;

/** What is refused, and in which words. */
export const errors: readonly Check[] = [
  ...(
    [
      [
        "max_completion_tokens 0 is reported as max_tokens",
        { max_completion_tokens: 0 },
        "max_tokens must be at least 1, got 0. (parameter=max_tokens, value=0)",
      ],
      [
        "stray stream_options",
        { stream_options: { include_usage: true } },
        "Stream options can only be defined when `stream=True`. (parameter=stream_options)",
      ],
      [
        "an empty salt",
        { cache_salt: "" },
        "Parameter 'cache_salt' must be a non-empty string if provided. (parameter=cache_salt)",
      ],
      ["a salt with a slash", { cache_salt: "a/b" }, /must not contain '@', '\/'/],
      ["a salt of 129 characters", { cache_salt: "x".repeat(129) }, /at most 128 characters/],
      [
        "tools without a parser",
        { tools: [{ type: "function", function: { name: "f", parameters: {} } }] },
        '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
      ],
      [
        "mm_processor_kwargs of a request",
        { mm_processor_kwargs: { min_pixels: 3136 } },
        /^Per-request mm_processor_kwargs are disabled/,
      ],
      ["no messages", { messages: [] }, /^Cannot apply chat template to an empty conversation/],
      [
        "min_tokens over the limit",
        { min_tokens: 5 },
        "min_tokens must be less than or equal to max_tokens=1, got 5.",
      ],
      ["an empty stop string", { stop: [""] }, "stop cannot contain an empty string."],
      [
        "logprobs over the limit",
        { logprobs: true, top_logprobs: 99 },
        /greater than max allowed: 20 \(parameter=logprobs, value=99\)$/,
      ],
      [
        "an image without data and uuid",
        { messages: [user([picture("")])] },
        "multi_modal_data['image'][0] is empty but multi_modal_uuids['image'][0] is missing.",
      ],
      [
        "a uuid without image_url",
        { messages: [user([{ type: "image_url", uuid: "u" }])] },
        "Missing 'type' field in multimodal part. (parameter=type)",
      ],
      [
        "an unknown uuid",
        { messages: [user([picture(null, randomUUID())])] },
        "Cache miss for image at index 0 but data is not provided.",
      ],
      [
        "bytes that are no picture",
        { messages: [user([picture("data:image/jpeg;base64,bm90IGEgcGljdHVyZQ==")])] },
        "Failed to load image: cannot identify image file <_io.BytesIO object>",
      ],
      ["bad base64", { messages: [user([picture("data:image/jpeg;base64,%%%")])] }, "Non-base64 digit found"],
      [
        "a URL of another kind",
        { messages: [user([picture("ftp://host/file")])] },
        "The URL must be either a HTTP, data or file URL.",
      ],
    ] as const
  ).map(([name, more, message]): Check => ({
    name: `400: ${name}`,
    run: async (target) =>
      expectError(await chat(target, [user("Hello")], more), 400, "BadRequestError", message),
  })),
  ...(
    [
      [
        "no messages member",
        {},
        /\{'type': 'missing', 'loc': 'body.messages', 'msg': 'Field required', 'input': '<dict of 0 items>'\}$/,
      ],
      [
        "malformed JSON",
        '{"a" 1}',
        /'loc': 'body.5', 'msg': 'JSON decode error', 'input': '<dict of 0 items>', 'ctx': \{'error': "Expecting ':' delimiter"\}\}$/,
      ],
      ["a body that is no object", [1], /'type': 'model_attributes_type', 'loc': 'body'/],
      [
        "a limit that is no number",
        { messages: [user("x")], max_tokens: "x" },
        /'type': 'int_parsing', 'loc': 'body.max_tokens'/,
      ],
      [
        "five stop strings",
        { messages: [user("x")], stop: ["q", "w", "r", "t", "y"] },
        /List should have at most 4 items after validation, not 5/,
      ],
    ] as const
  ).map(([name, body, message]): Check => ({
    name: `400 of the schema: ${name}`,
    run: async (target) => expectError(await ask(target, { body }), 400, "Bad Request", message),
  })),
  {
    name: "404 for an unknown model names the aliases",
    async run(target) {
      const answer = await chat(target, [user("x")], { model: "nope" });
      expectError(
        answer,
        404,
        "NotFoundError",
        `The model \`nope\` does not exist. Valid aliases: ${target.model}.`,
      );
    },
  },
  {
    name: "400 for a prompt over the context, counted one token past it",
    async run(target) {
      const limit = target.maxModelLen;
      expectError(
        await chat(target, [user("word ".repeat(limit + 50))]),
        400,
        "BadRequestError",
        `This model's maximum context length is ${limit} tokens. However, your prompt contains at least ${limit + 1} input tokens, which exceeds this limit even without any output tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value=${limit + 1})`,
      );
    },
  },
  {
    name: "400 for a limit over the context",
    async run(target) {
      const value = target.maxModelLen + 1;
      expectError(
        await chat(target, [user("x")], { max_completion_tokens: value }),
        400,
        "BadRequestError",
        `max_completion_tokens=${value} cannot be greater than max_model_len=${target.maxModelLen}. Please request fewer output tokens. (parameter=max_completion_tokens, value=${value})`,
      );
    },
  },
  {
    name: "400 for too many pictures, before any of them is looked at",
    async run(target) {
      for (const part of [picture(await jpegUrl(56, 56)), picture(null, randomUUID())]) {
        const many = Array.from({ length: TOO_MANY }, () => part);
        expectError(
          await chat(target, [user(many)]),
          400,
          "BadRequestError",
          /^At most \d+ image\(s\) may be provided in one prompt\. \(parameter=image\)$/,
        );
      }
    },
  },
  {
    name: "400 for a truncated JPEG",
    async run(target) {
      const url = await jpegUrl(320, 240);
      expectError(
        await chat(target, [user([picture(url.slice(0, url.length - 60))])]),
        400,
        "BadRequestError",
        /^Failed to load image: image file is truncated \(\d+ bytes not processed\)$/,
      );
    },
  },
  {
    name: "a parameter that is refused late: 200, then an error event and [DONE]",
    async run(target) {
      const answer = await chat(target, [user("x")], { stream: true, logprobs: true, top_logprobs: 99 });
      assert.deepEqual(answer.chunks, [
        'data: {"error": {"message": "Requested sample logprobs of 99, which is greater than max allowed: 20 (parameter=logprobs, value=99)", "type": "BadRequestError", "param": "logprobs", "code": 400}}\n\n',
        "data: [DONE]\n\n",
      ]);
    },
  },
];
