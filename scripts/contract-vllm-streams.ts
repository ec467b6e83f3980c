import assert from "node:assert/strict";
import { ask, chat, type Check, user } from "./contract-vllm-target.ts";
import { blank, events, usageOf, type WireAnswer } from "./contract-vllm-wire.ts";

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

/** Heads, chunks and members of good answers. */
export const streams: readonly Check[] = [
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
