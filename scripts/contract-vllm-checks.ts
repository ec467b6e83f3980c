import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import {
  ask as askWire,
  type Ask,
  blank,
  events,
  jpegUrl,
  parseWire,
  usageOf,
  type WireAnswer,
} from "./contract-vllm-wire.ts";

/** The server under test. Its answers' words are never looked at: a random model passes too. */
export interface Target {
  readonly url: string;
  readonly model: string;
  readonly apiKey: string | undefined;
  /** Tokens of a KV block, as the server's metrics tell. */
  readonly blockSize: number;
  readonly maxModelLen: number;
}

export interface Check {
  readonly name: string;
  readonly run: (target: Target) => Promise<void>;
  /** Takes seconds. */
  readonly slow?: true;
}

const CONSTANT =
  "Answer what follows about the picture above in one or two short sentences, the position first.\n";
const SYSTEM =
  "You are the eyes of a person who cannot see. Say what the picture shows, and no more. ".repeat(3);

/** Asks a server what it must tell before it can be checked. */
export async function describeTarget(url: string, apiKey?: string): Promise<Target> {
  const headers: Record<string, string> = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const models = await askWire(url, { method: "GET", path: "/v1/models", headers });
  const [model] = (JSON.parse(models.text) as { data: { id: string; max_model_len: number }[] }).data;
  assert(model !== undefined, "the server lists no model");
  const metrics = await askWire(url, { method: "GET", path: "/metrics" });
  const blockSize = Number(/cache_config_info\{[^}]*\bblock_size="(\d+)"/.exec(metrics.text)?.[1]);
  assert(blockSize > 0, "the server's metrics tell no block size");
  return { url, apiKey, model: model.id, maxModelLen: model.max_model_len, blockSize };
}

const uncounted = { "x-contract": "vllm" };

function ask(target: Target, request: Ask): Promise<WireAnswer> {
  const key = target.apiKey === undefined ? {} : { authorization: `Bearer ${target.apiKey}` };
  return askWire(target.url, {
    timeoutMs: 60_000,
    ...request,
    headers: { ...uncounted, ...key, ...request.headers },
  });
}

type Message = { readonly role: string; readonly content: unknown };
const system: Message = { role: "system", content: SYSTEM };
const user = (content: unknown): Message => ({ role: "user", content });
const text = (value: string): object => ({ type: "text", text: value });
const picture = (url: string | null, uuid?: string): object => ({
  type: "image_url",
  image_url: url === null ? null : { url },
  ...(uuid === undefined ? {} : { uuid }),
});

/** One token, not streamed, with a salt: what a prefill sends. */
function chat(target: Target, messages: readonly Message[], more: object = {}): Promise<WireAnswer> {
  return ask(target, {
    body: { model: target.model, messages, max_completion_tokens: 1, temperature: 0, ...more },
  });
}

function expectError(answer: WireAnswer, status: number, type: string, message: RegExp | string): void {
  assert.equal(answer.status, status, answer.text.slice(0, 300));
  const { error } = JSON.parse(answer.text) as {
    error: { message: string; type: string; code: number; param: string | null };
  };
  assert.equal(error.type, type);
  assert.equal(error.code, status);
  if (typeof message === "string") assert.equal(error.message, message);
  else assert.match(error.message, message);
}

function fullBlocks({ blockSize }: Target, tokens: number): number {
  return Math.floor(tokens / blockSize) * blockSize;
}

/** A counter's or a gauge's value, 0 when it is not there. */
export async function readMetric(target: Target, start: string): Promise<number> {
  const { text } = await askWire(target.url, { method: "GET", path: "/metrics" });
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(start))
      ?.split(" ")
      .at(-1) ?? 0,
  );
}

const STREAM_HEAD = [
  "HTTP/1.1 200 OK",
  "date: D",
  "server: uvicorn",
  "content-type: text/event-stream; charset=utf-8",
  "vary: Origin",
  "x-request-id: R",
  "connection: close",
  "transfer-encoding: chunked",
].join("\n");
const START = 'data: {"id":"chatcmpl-I","object":"chat.completion.chunk","created":T,"model":"M","choices":[';
const ROLE = `${START}{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]`;
const DELTA = `${START}{"index":0,"delta":{"content":X},"logprobs":null,"finish_reason":null,"token_ids":null}]`;
const LAST = `${START}{"index":0,"delta":{"content":X},"logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null}]`;
const COUNTS =
  '"usage":{"prompt_tokens":N,"total_tokens":N,"completion_tokens":C,"completion_tokens_details":null}';
const METRICS =
  '"metrics":{"time_to_first_token_ms":S,"generation_time_ms":S,"queue_time_ms":S,"mean_itl_ms":S,"tokens_per_second":S}';

/** Chunks without what differs between models and runs. */
function shape(answer: WireAnswer): readonly string[] {
  return blank(answer).chunks.map((chunk) =>
    chunk
      .replace(/"model":"[^"]+"/, '"model":"M"')
      .replace(/"delta":\{"content":"(?:[^"\\]|\\.)*"\}/, '"delta":{"content":X}')
      .replace(/"completion_tokens":\d+/, '"completion_tokens":C')
      .replace(/\n\n$/, ""),
  );
}

const streams: readonly Check[] = [
  {
    name: "a stream with usage: head, role, deltas, finish, usage, [DONE]",
    async run(target) {
      const answer = await chat(target, [user("Hello")], {
        stream: true,
        stream_options: { include_usage: true },
        max_completion_tokens: 3,
        ignore_eos: true,
      });
      assert.equal(blank(answer).head, STREAM_HEAD);
      assert(answer.complete);
      const usage = `${START}],"usage":{"prompt_tokens":N,"total_tokens":N,"completion_tokens":C,"prompt_tokens_details":{"cached_tokens":N,"created_cache_tokens":N}},"system_fingerprint":"F",${METRICS}}`;
      assert.deepEqual(shape(answer), [
        `${ROLE},"prompt_token_ids":null,"prompt_text":null}`,
        `${DELTA}}`,
        `${DELTA}}`,
        `${LAST}}`,
        usage,
        "data: [DONE]",
      ]);
      const { prompt, completion } = usageOf(answer);
      assert.equal(completion, 3);
      assert(answer.text.includes(`"total_tokens":${prompt + 3},`));
    },
  },
  {
    name: "a stream without usage: the fingerprint stands on the finish chunk",
    async run(target) {
      const more = { stream: true, max_completion_tokens: 2, ignore_eos: true };
      assert.deepEqual(shape(await chat(target, [user("Hello")], more)), [
        `${ROLE},"prompt_token_ids":null,"prompt_text":null}`,
        `${DELTA}}`,
        `${LAST},"system_fingerprint":"F"}`,
        "data: [DONE]",
      ]);
    },
  },
  {
    name: "continuous usage on every chunk",
    async run(target) {
      const answer = await chat(target, [user("Hello")], {
        stream: true,
        stream_options: { include_usage: true, continuous_usage_stats: true },
        max_completion_tokens: 2,
        ignore_eos: true,
      });
      assert.deepEqual(shape(answer).slice(0, 3), [
        `${ROLE},${COUNTS},"prompt_token_ids":null,"prompt_text":null}`,
        `${DELTA},${COUNTS}}`,
        `${LAST},${COUNTS}}`,
      ]);
      const counts = events(answer).map(
        (event) => (event["usage"] as { completion_tokens: number }).completion_tokens,
      );
      assert.deepEqual(counts, [0, 1, 2, 2]);
    },
  },
  {
    name: "a whole answer has the members of a real one, in their order",
    async run(target) {
      const answer = await chat(target, [user("Hello")]);
      const json = JSON.parse(answer.text) as Record<string, unknown> & {
        choices: Record<string, unknown>[];
        usage: Record<string, unknown>;
        metrics: Record<string, unknown>;
      };
      assert.equal(
        Object.keys(json).join(" "),
        "id object created model choices service_tier system_fingerprint usage prompt_logprobs prompt_token_ids prompt_text kv_transfer_params ec_transfer_params metrics",
      );
      assert.equal(
        Object.keys(json.choices[0] ?? {}).join(" "),
        "index message logprobs finish_reason stop_reason token_ids routed_experts",
      );
      assert.equal(
        Object.keys(json.usage).join(" "),
        "prompt_tokens total_tokens completion_tokens prompt_tokens_details completion_tokens_details",
      );
      assert.equal(json.metrics["mean_itl_ms"], null);
    },
  },
  {
    name: "X-Request-Id is echoed and names the answer; request_id names it without the header",
    async run(target) {
      const body = {
        model: target.model,
        messages: [user("Hi")],
        max_completion_tokens: 1,
        request_id: "mine",
      };
      const named = await ask(target, { body, headers: { "x-request-id": "theirs" } });
      assert(named.head.includes("x-request-id: theirs"));
      assert(named.text.startsWith('{"id":"chatcmpl-theirs"'));
      assert((await ask(target, { body })).text.startsWith('{"id":"chatcmpl-mine"'));
    },
  },
  {
    name: "prompt and limit over the context are clamped",
    async run(target) {
      const answer = await chat(target, [user("word ".repeat(40))], {
        stream: true,
        max_completion_tokens: target.maxModelLen,
        stop: ["e", "a", "i", " "],
      });
      assert.equal(answer.status, 200);
    },
  },
];

const errors: readonly Check[] = [
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
    name: "400 for too many pictures",
    async run(target) {
      const url = await jpegUrl(56, 56);
      const many = Array.from({ length: 20 }, () => picture(url));
      expectError(
        await chat(target, [user(many)]),
        400,
        "BadRequestError",
        /^At most \d+ image\(s\) may be provided in one prompt\. \(parameter=image\)$/,
      );
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

const cache: readonly Check[] = [
  {
    name: "hits are whole blocks, at most prompt - 1; another salt hits nothing",
    async run(target) {
      const salt = randomUUID();
      const messages = [system, user("What is in front of me?")];
      const first = usageOf(await chat(target, messages, { cache_salt: salt }));
      assert.equal(first.cached, 0);
      const second = usageOf(await chat(target, messages, { cache_salt: salt }));
      assert.equal(second.cached, fullBlocks(target, second.prompt - 1));
      assert.equal(usageOf(await chat(target, messages, { cache_salt: randomUUID() })).cached, 0);
    },
  },
  {
    name: "prefill-ahead: the question hits everything up to its own block; no generation prompt, the same",
    async run(target) {
      const url = await jpegUrl(644, 476, { r: 10, g: 120, b: 30 });
      for (const generation of [true, false]) {
        const cache_salt = randomUUID();
        const open = [picture(url), text(CONSTANT)];
        const more = { cache_salt, add_generation_prompt: generation };
        const ahead = usageOf(await chat(target, [system, user(open)], more));
        assert.equal(ahead.image, 391);
        const asked = [system, user([...open, text("Is the door to my left open?")])];
        const question = usageOf(await chat(target, asked, { cache_salt }));
        // what the prefill ends with is not part of the question: a role, an end mark, line breaks
        assert(
          question.cached >= fullBlocks(target, ahead.prompt - 8),
          `${question.cached} of ${ahead.prompt}`,
        );
        assert(question.cached < question.prompt);
      }
    },
  },
  {
    name: "a growing conversation hits all of what was computed before",
    async run(target) {
      const cache_salt = randomUUID();
      const messages: Message[] = [system];
      let before = 0;
      for (const r of [10, 90, 170]) {
        messages.push(
          user([picture(await jpegUrl(448, 448, { r, g: 50, b: 50 })), text(`${CONSTANT}And now?`)]),
        );
        const answer = await chat(target, messages, { cache_salt });
        const usage = usageOf(answer);
        assert(usage.cached >= fullBlocks(target, Math.max(0, before - 8)), `${usage.cached} of ${before}`);
        assert.equal(usage.cached % target.blockSize, 0);
        before = usage.prompt;
        messages.push({ role: "assistant", content: "A wall." });
      }
    },
  },
  {
    name: "a re-encoded picture, or text before it, hits nothing from there on",
    async run(target) {
      const cache_salt = randomUUID();
      const colour = { r: 200, g: 30, b: 90 };
      const after = text(`${CONSTANT}What is it?`);
      const say = (parts: readonly object[]) =>
        chat(target, [system, user([...parts, after])], { cache_salt });
      const url = await jpegUrl(644, 476, colour, 80);
      const first = usageOf(await say([picture(url)]));
      const again = usageOf(await say([picture(url)]));
      assert.equal(again.cached, fullBlocks(target, again.prompt - 1));
      const beforePicture = first.prompt - first.image;
      const recoded = usageOf(await say([picture(await jpegUrl(644, 476, colour, 60))]));
      assert(recoded.cached <= fullBlocks(target, beforePicture), `${recoded.cached} re-encoded`);
      const shifted = usageOf(await say([text("Look here: "), picture(url)]));
      assert(shifted.cached <= fullBlocks(target, beforePicture), `${shifted.cached} shifted`);
    },
  },
  {
    name: "a known uuid stands for its picture: null, an empty URL, even other bytes",
    async run(target) {
      const uuid = randomUUID();
      const cache_salt = randomUUID();
      const say = (part: object) =>
        chat(target, [system, user([part, text(`${CONSTANT}What is it?`)])], { cache_salt });
      const first = usageOf(await say(picture(await jpegUrl(644, 476), uuid)));
      assert.equal(first.image, 391);
      const other = picture(await jpegUrl(448, 448, { r: 0, g: 0, b: 250 }), uuid);
      for (const part of [picture(null, uuid), picture("", uuid), other]) {
        const again = usageOf(await say(part));
        assert.equal(again.prompt, first.prompt);
        assert.equal(again.cached, fullBlocks(target, first.prompt - 1));
      }
    },
  },
  {
    name: "picture tokens follow smart_resize",
    async run(target) {
      for (const [width, height, tokens] of [
        [448, 448, 256],
        [640, 480, 391],
        [1024, 768, 768],
        [1280, 720, 720],
      ] as const) {
        const answer = await chat(target, [user([picture(await jpegUrl(width, height))])]);
        assert.equal(usageOf(answer).image, tokens, `${width}×${height}`);
      }
    },
  },
];

const server: readonly Check[] = [
  {
    name: "health, ping, version, models, and what is not there",
    async run(target) {
      const get = (path: string, method = "GET") => ask(target, { method, path });
      const health = await get("/health");
      assert.equal(
        blank(health).head,
        "HTTP/1.1 200 OK\ndate: D\nserver: uvicorn\ncontent-length: L\nvary: Origin\nx-request-id: R\nconnection: close",
      );
      assert.equal(health.text, "");
      assert.equal((await get("/ping")).status, 200);
      assert.equal((await get("/ping", "POST")).status, 200);
      assert.match((await get("/version")).text, /^\{"version":"\d+\.\d+\.\d+[^"]*"\}$/);
      const head = await get("/health", "HEAD");
      assert.equal(head.status, 405);
      assert(head.head.includes("allow: GET"));
      assert.equal((await get("/nope")).text, '{"detail":"Not Found"}');
      assert.equal((await get("/v1/chat/completions")).text, '{"detail":"Method Not Allowed"}');
      const models = JSON.parse((await get("/v1/models")).text) as { data: Record<string, unknown>[] };
      assert.equal(
        Object.keys(models.data[0] ?? {}).join(" "),
        "id object created owned_by root parent max_model_len permission",
      );
      assert.equal(models.data[0]?.["owned_by"], "vllm");
    },
  },
  {
    name: "metrics count tokens, cache hits and pictures of a request",
    async run(target) {
      const names = [
        "vllm:prompt_tokens_total",
        "vllm:prompt_tokens_cached_total",
        "vllm:prefix_cache_queries_total",
        "vllm:prefix_cache_hits_total",
        "vllm:generation_tokens_total",
        "vllm:mm_cache_queries_total",
        "vllm:mm_cache_hits_total",
        'vllm:request_success_total{engine="0",finished_reason="length"',
        "vllm:time_to_first_token_seconds_count",
        "vllm:request_prefill_kv_computed_tokens_sum",
      ];
      const read = async () => Promise.all(names.map((name) => readMetric(target, name)));
      const cache_salt = randomUUID();
      const body = [system, user([picture(await jpegUrl(448, 448), randomUUID()), text(CONSTANT)])];
      const first = usageOf(await chat(target, body, { cache_salt }));
      const before = await read();
      const second = usageOf(await chat(target, body, { cache_salt }));
      assert.equal(second.prompt, first.prompt);
      await new Promise((resolve) => void setTimeout(resolve, 300));
      const after = await read();
      const { prompt, cached } = second;
      assert.deepEqual(
        after.map((value, index) => value - (before[index] ?? 0)),
        [prompt, cached, prompt, cached, 1, 1, 1, 1, 1, prompt - cached],
      );
    },
  },
  {
    name: "a client that leaves stops the work within a second, and is not counted as an abort",
    async run(target) {
      const aborted = 'vllm:request_success_total{engine="0",finished_reason="abort"';
      const before = await readMetric(target, aborted);
      await ask(target, {
        body: {
          model: target.model,
          messages: [user("Tell a long story.")],
          stream: true,
          ignore_eos: true,
          max_completion_tokens: target.maxModelLen - 200,
        },
        until: (sofar) => sofar.split("data: ").length > 3,
      });
      const endMs = performance.now() + 1000;
      while ((await readMetric(target, "vllm:num_requests_running")) > 0)
        assert(performance.now() < endMs, "still running after a second");
      assert.equal(await readMetric(target, aborted), before);
    },
  },
  {
    name: "an idle connection closes after 5 s",
    slow: true,
    async run(target) {
      const { hostname, port } = new URL(target.url);
      const socket = connect(Number(port), hostname);
      socket.write("GET /health HTTP/1.1\r\nhost: x\r\n\r\n");
      const first = await new Promise<Buffer>((resolve) => void socket.once("data", resolve));
      assert(!parseWire(first).head.some((line) => /^(connection|keep-alive):/i.test(line)));
      const startMs = performance.now();
      await new Promise((resolve) => void socket.once("close", resolve));
      const seconds = (performance.now() - startMs) / 1000;
      assert(seconds > 4.5 && seconds < 6.5, `${seconds.toFixed(2)} s`);
    },
  },
];

const guarded: Check = {
  name: "a wrong key: 401 with a string; health and metrics stay open",
  async run(target) {
    if (target.apiKey === undefined) return;
    const headers = { authorization: "Bearer wrong" };
    for (const path of ["/v1/models", "/v1/nope"]) {
      const answer = await askWire(target.url, { method: "GET", path, headers });
      assert.equal(answer.status, 401);
      assert.equal(answer.text, '{"error":"Unauthorized"}');
    }
    for (const path of ["/health", "/metrics"])
      assert.equal((await askWire(target.url, { method: "GET", path, headers })).status, 200);
  },
};

/** What holds for every vLLM with Qwen2-VL, the simulator included. */
export const contractChecks: readonly Check[] = [...streams, ...errors, ...cache, ...server, guarded];
