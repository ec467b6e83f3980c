import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import {
  CONSTANT,
  ask,
  chat,
  type Check,
  picture,
  readMetric,
  system,
  text,
  user,
} from "./contract-vllm-target.ts";
import { ask as askWire, blank, jpegUrl, parseWire, usageOf } from "./contract-vllm-wire.ts";

/** Paths, metrics, connections. */
export const server: readonly Check[] = [
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

export const guarded: Check = {
  name: "a wrong key: 401 with a string; health and metrics stay open",
  leftOut: ({ apiKey }) => (apiKey === undefined ? "needs a server with a key" : undefined),
  async run(target) {
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
