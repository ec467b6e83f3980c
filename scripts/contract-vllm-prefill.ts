import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import {
  CONSTANT,
  chat,
  type Check,
  fullBlocks,
  type Message,
  picture,
  system,
  type Target,
  text,
  user,
} from "./contract-vllm-target.ts";
import { jpegUrl, usageOf } from "./contract-vllm-wire.ts";

// What prefill ahead relies on when the question is quicker than the prefill.

const PICTURES = 3;
const PREFILL_PRIORITY = 10;
/** What a prefill ends with and no question has: a role, an end mark, line breaks. */
const TAIL_TOKENS = 8;
/** A request has surely reached the server, and its engine. */
const ARRIVED_MS = 20;
/** A server's time varies: so often may a prefill have ended before its middle. */
const TRIES = 5;

export const prefill: readonly Check[] = [
  {
    name: "a question joins its own prefill while it runs",
    run: (target) =>
      atHalf(target, async (halfMs, prompt) => {
        const { messages, open, more } = await fresh();
        let running = true;
        const ahead = chat(target, messages, more).finally(() => (running = false));
        await wait(halfMs);
        const inTime = running;
        const asked = await ask(target, open, more.cache_salt);
        await ahead;
        assert(asked.cached >= fullBlocks(target, prompt - TAIL_TOKENS), `${asked.cached} of ${prompt}`);
        return inTime;
      }),
  },
  {
    name: "a prefill that its client left still hits",
    run: (target) =>
      atHalf(target, async (halfMs, prompt) => {
        const { messages, open, more } = await fresh();
        const { status } = await chat(target, messages, more, halfMs);
        const asked = await ask(target, open, more.cache_salt);
        assert(asked.cached >= fullBlocks(target, prompt - TAIL_TOKENS), `${asked.cached} of ${prompt}`);
        return Number.isNaN(status);
      }),
  },
];

/** Repeats what is to happen at half the time of a prefill until it was in time. */
async function atHalf(
  target: Target,
  attempt: (halfMs: number, promptTokens: number) => Promise<boolean>,
): Promise<void> {
  for (let nth = 0; nth < TRIES; nth += 1) {
    const { messages, more } = await fresh();
    const startMs = performance.now();
    const { prompt } = usageOf(await chat(target, messages, more));
    assert(prompt > 0, "no answer to a prefill");
    const halfMs = (performance.now() - startMs) / 2;
    const inTime = await attempt(Math.max(halfMs, ARRIVED_MS), prompt);
    // Nobody can be quicker than a simulator without latency.
    if (inTime || halfMs < ARRIVED_MS) return;
  }
  assert.fail("every prefill was over before its half time");
}

/** Pictures that the server has never seen, and the prefill of a question about them. */
async function fresh(): Promise<{
  readonly messages: readonly Message[];
  readonly open: readonly object[];
  readonly more: { readonly cache_salt: string; readonly priority: number };
}> {
  const open: object[] = [];
  for (let nth = 0; nth < PICTURES; nth += 1) {
    const colour = { r: randomInt(256), g: randomInt(256), b: randomInt(256) };
    open.push(picture(await jpegUrl(644, 476, colour), randomUUID()), text(CONSTANT));
  }
  const more = { cache_salt: randomUUID(), priority: PREFILL_PRIORITY };
  return { messages: [system, user(open)], open, more };
}

async function ask(
  target: Target,
  open: readonly object[],
  cache_salt: string,
): Promise<ReturnType<typeof usageOf>> {
  const messages = [system, user([...open, text("Is the door to my left open?")])];
  return usageOf(await chat(target, messages, { cache_salt }));
}
