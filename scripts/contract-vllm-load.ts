import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import {
  ask,
  chat,
  type Check,
  expectError,
  type Message,
  needs,
  picture,
  readMetric,
  type Target,
  text,
  user,
} from "./contract-vllm-target.ts";
import { events, jpegUrl, type WireAnswer } from "./contract-vllm-wire.ts";

/** How soon the server's gauges show what it does. */
const SEEN_MS = 10_000;
/** How soon a drained server is gone once its last stream has ended. */
const GONE_MS = 40_000;
const BUSY =
  "The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.";
const IN_STREAM = {
  error: { message: BUSY, type: "Service Unavailable", param: null, code: 503 },
};
/** Until the server has noticed what came or left. */
const SETTLED_MS = 500;
const STORY = [user("Tell a long story.")];

/** A server with more to do than it can, and one that is stopped, which must come last. */
export const load: readonly Check[] = [
  {
    name: "of what waits for a slot, the lower priority number goes first",
    leftOut: (target) =>
      needs("slots")(target) ??
      (Number(target.queueLimit) < Number(target.slots) + 2 ? "the queue limit is too low" : undefined),
    async run(target) {
      const slots = target.slots ?? 0;
      const order: string[] = [];
      // One slot becomes free long before the others.
      const running = Array.from({ length: slots }, (_, nth) => tell(target, nth === 0 ? 600 : 900));
      await shows(target, "vllm:num_requests_running", slots);
      const late = tell(target, 60, { priority: 10 }).then(() => order.push("background"));
      await shows(target, "vllm:num_requests_waiting", 1);
      const first = tell(target, 1, { priority: -10 }).then(() => order.push("question"));
      await shows(target, "vllm:num_requests_waiting", 2);
      await Promise.all([...running, late, first]);
      assert.deepEqual(order, ["question", "background"]);
    },
  },
  {
    name: "above the queue limit: 503 before any head; room again when a client leaves",
    leftOut: needs("queueLimit"),
    async run(target) {
      const rejected = () =>
        readMetric(target, "vllm:admission_rejections_total{", 'reason="max_num_queued_reqs"');
      const before = await rejected();
      let left = false;
      const open = Array.from({ length: target.queueLimit ?? 0 }, () =>
        tell(target, target.maxModelLen - 200, { stream: true }, () => left),
      );
      try {
        await shows(target, "vllm:num_requests_running", 1);
        await wait(SETTLED_MS);
        for (const messages of [STORY, await shown()])
          for (const stream of [false, true])
            expectError(await chat(target, messages, { stream }), 503, "Service Unavailable", BUSY);
        assert.equal((await rejected()) - before, 4);
      } finally {
        left = true;
        await Promise.all(open);
      }
      await wait(SETTLED_MS);
      assert.equal((await chat(target, STORY)).status, 200);
    },
  },
  {
    name: "many pictures at once: each is answered, or refused with 503, before the head or in the stream",
    leftOut: needs("queueLimit"),
    async run(target) {
      const limit = target.queueLimit ?? 0;
      const asked = Array.from({ length: limit + 6 }, async () =>
        chat(target, await shown(), { stream: true }),
      );
      let answered = 0;
      for (const answer of await Promise.all(asked)) {
        if (answer.status === 503) {
          expectError(answer, 503, "Service Unavailable", BUSY);
          continue;
        }
        assert.equal(answer.status, 200);
        assert(answer.complete && answer.text.endsWith("data: [DONE]\n\n"), answer.text);
        const [first] = events(answer);
        if (first?.["error"] === undefined) answered += 1;
        else assert.deepEqual(first, IN_STREAM);
      }
      assert(answered >= limit, `${answered} answered`);
    },
  },
  {
    name: "a server that is stopped ends its streams first",
    leftOut: needs("stop"),
    async run(target) {
      let stopped = false;
      const answer = await tell(target, 300, { stream: true }, (sofar) => {
        if (!stopped && sofar.split("data: ").length > 3) {
          stopped = true;
          target.stop?.();
        }
        return false;
      });
      assert(stopped, "the stream ended before the server was stopped");
      assert.match(answer.text, /"finish_reason":"length"/);
      assert(answer.text.trimEnd().endsWith("data: [DONE]"), answer.text.slice(-200));
      const untilMs = performance.now() + GONE_MS;
      const isUp = (): Promise<boolean> =>
        ask(target, { method: "GET", path: "/health" }).then(
          () => true,
          () => false,
        );
      while (await isUp()) {
        assert(performance.now() < untilMs, "the server is still there");
        await wait(200);
      }
    },
  },
];

/** An answer of so many tokens; its client leaves when `until` says so. */
function tell(
  target: Target,
  tokens: number,
  more: object = {},
  until?: (sofar: string) => boolean,
): Promise<WireAnswer> {
  const body = {
    model: target.model,
    messages: STORY,
    ignore_eos: true,
    max_completion_tokens: tokens,
    ...more,
  };
  return ask(target, { body, ...(until === undefined ? {} : { until }) });
}

/** A question about a picture that the server has never seen. */
async function shown(): Promise<readonly Message[]> {
  const [r, g, b] = [randomInt(256), randomInt(256), randomInt(256)];
  return [user([picture(await jpegUrl(644, 476, { r, g, b })), text("What is it?")])];
}

async function shows(target: Target, gauge: string, least: number): Promise<void> {
  const untilMs = performance.now() + SEEN_MS;
  while ((await readMetric(target, gauge)) < least) {
    assert(performance.now() < untilMs, `${gauge} did not come to ${least}`);
    await wait(20);
  }
}
