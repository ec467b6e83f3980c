import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { type SeeingCall, startSeeingCall } from "./seeing-call.ts";

let open: SeeingCall | undefined;
afterEach(() => open?.close());

const LOOK = "What do you see in front of me?";
/** A question costs its own tokens and those of the block that it breaks. */
const QUESTION_TOKENS = 20 + 32;

/** Asks by typing, and reads; resolves with the tokens that the engine had to compute, and all. */
async function ask(call: SeeingCall, text: string) {
  const before = await tokens(call);
  call.call.request({ type: "ask", text });
  await call.next("answer-end");
  const after = await tokens(call);
  const prompt = after.prompt - before.prompt;
  return { prompt, computed: prompt - (after.cached - before.cached) };
}

const tokens = async ({ metric }: SeeingCall) => ({
  prompt: await metric('sightline_prompt_tokens_total{engine="local"}'),
  cached: await metric('sightline_cached_prompt_tokens_total{engine="local"}'),
});

const engines = (call: SeeingCall) => call.history().map(({ engine }) => engine);

const pictures = (call: SeeingCall) => call.history().filter(({ jpeg }) => jpeg !== null).length;

async function startReadCall(options: Parameters<typeof startSeeingCall>[0]): Promise<SeeingCall> {
  const call = await startSeeingCall(options);
  call.call.request({ type: "command", command: "just-text" });
  await call.quiet(100);
  return call;
}

test(
  "thirty picture questions in one call are all answered by the local engine",
  { timeout: 40_000 },
  async () => {
    open = await startReadCall({});
    for (let nth = 0; nth < 30; nth++) await ask(open, LOOK);
    expect(engines(open)).toEqual(Array(30).fill("local"));
    expect(pictures(open)).toBeGreaterThan(0);
    expect(pictures(open)).toBeLessThanOrEqual(24);
  },
);

test(
  "a server that takes fewer pictures than was configured is asked for that once",
  { timeout: 20_000 },
  async () => {
    open = await startReadCall({ simulator: { maxImages: 4 } });
    for (let nth = 0; nth < 12; nth++) await ask(open, LOOK);
    expect(engines(open)).toEqual(
      Array.from({ length: 12 }, (_, nth) => (nth === 4 ? "describer" : "local")),
    );
  },
);

test(
  "while a shorter past is computed the longer one answers, warm; then the shorter one, warm too",
  { timeout: 20_000 },
  async () => {
    open = await startReadCall({ localPictures: 4, simulator: { profile: "l4-7b-fp8", answer: "A cloth." } });
    for (let nth = 0; nth < 4; nth++) await ask(open, LOOK);
    const during = await ask(open, "Thank you. What is a cloth made of?");
    expect(during.prompt).toBeGreaterThan(4 * 391);
    expect(during.computed).toBeLessThanOrEqual(QUESTION_TOKENS);
    expect(pictures(open)).toBe(4);
    await expect
      .poll(() => open?.metric('sightline_prefill_seconds_count{kind="past"}'), { timeout: 8000 })
      .toBe(2);
    await delay(600);
    // What is kept for a crash is what the next prompt repeats.
    expect(pictures(open)).toBe(1);
    const after = await ask(open, "Thank you. What is wool made of?");
    expect(after.prompt).toBeLessThan(4 * 391);
    expect(after.computed).toBeLessThanOrEqual(QUESTION_TOKENS);
    expect(engines(open)).toEqual(Array(6).fill("local"));
  },
);
