import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { ask, readMetric, type Target, user } from "./contract-vllm-target.ts";
import type { WireAnswer } from "./contract-vllm-wire.ts";

// Checks that need to know or to hold more of the server than its address.

/** How soon the server's gauges show what it does. */
const SEEN_MS = 10_000;
/** How soon a drained server is gone once its last stream has ended. */
const GONE_MS = 40_000;

/**
 * Of the requests that wait for a slot, the one with the lowest priority number goes first, whenever it came.
 *
 * @param slots the server's `--max-num-seqs`
 */
export async function checkPriorities(target: Target, slots: number): Promise<void> {
  const order: string[] = [];
  const say = (tokens: number, more: object = {}): Promise<WireAnswer> => {
    const messages = [user("Tell a long story.")];
    const body = { model: target.model, messages, ignore_eos: true, max_completion_tokens: tokens, ...more };
    return ask(target, { body });
  };
  // One slot becomes free long before the others.
  const running = Array.from({ length: slots }, (_, nth) => say(nth === 0 ? 200 : 500));
  await shows(target, "vllm:num_requests_running", slots);
  const late = say(1, { priority: 10 }).then(() => order.push("background"));
  await shows(target, "vllm:num_requests_waiting", 1);
  const first = say(1, { priority: -10 }).then(() => order.push("question"));
  await Promise.all([...running, late, first]);
  assert.deepEqual(order, ["question", "background"]);
}

/**
 * A server that is told to stop ends its running streams first, and then is gone.
 *
 * @param stop sends SIGTERM
 */
export async function checkDrain(target: Target, stop: () => void): Promise<void> {
  let stopped = false;
  const answer = await ask(target, {
    body: {
      model: target.model,
      messages: [user("Tell a long story.")],
      stream: true,
      ignore_eos: true,
      max_completion_tokens: 300,
    },
    until(sofar) {
      if (!stopped && sofar.split("data: ").length > 3) {
        stopped = true;
        stop();
      }
      return false;
    },
  });
  assert(stopped, "the stream ended before the server was stopped");
  assert.match(answer.text, /"finish_reason":"length"/);
  assert(answer.text.trimEnd().endsWith("data: [DONE]"), answer.text.slice(-200));
  const untilMs = performance.now() + GONE_MS;
  const isUp = (): Promise<boolean> =>
    fetch(`${target.url}/health`).then(
      () => true,
      () => false,
    );
  while (await isUp()) {
    assert(performance.now() < untilMs, "the server is still there");
    await delay(200);
  }
}

async function shows(target: Target, gauge: string, least: number): Promise<void> {
  const untilMs = performance.now() + SEEN_MS;
  while ((await readMetric(target, gauge)) < least) {
    assert(performance.now() < untilMs, `${gauge} did not come to ${least}`);
    await delay(20);
  }
}
