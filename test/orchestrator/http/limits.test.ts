import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLimiter } from "../../../orchestrator/http/limits.ts";
import type { Problem } from "../../../orchestrator/http/problem.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => vi.useRealTimers());

const limits = { requestsPerMinute: 3, tokensPerMinute: 1, questionsPerMinute: 1 };
const refusal = async (promise: Promise<void>): Promise<number | undefined> =>
  promise.then(
    () => undefined,
    ({ code, retryAfterS }: Problem) => (code === "too-many-requests" ? retryAfterS : -1),
  );

describe("limits", () => {
  test("count by address and minute", async () => {
    const limiter = createLimiter(limits);
    for (let n = 0; n < 3; n++) expect(await refusal(limiter.request("10.0.0.1"))).toBeUndefined();
    expect(await refusal(limiter.request("10.0.0.1"))).toBeLessThanOrEqual(60);
    expect(await refusal(limiter.request("10.0.0.2"))).toBeUndefined();
    expect(await refusal(limiter.token("10.0.0.1"))).toBeUndefined();
    vi.advanceTimersByTime(60_001);
    expect(await refusal(limiter.request("10.0.0.1"))).toBeUndefined();
  });

  test.each([
    ["2001:db8::1", "2001:db8:0:0:ffff::2", true],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", true],
    ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
    ["::1", "::2", true],
    ["::ffff:10.0.0.1", "::ffff:10.0.0.2", false],
  ])("%s and %s are one network: %s", async (one, other, same) => {
    const limiter = createLimiter(limits);
    await limiter.token(one);
    expect((await refusal(limiter.token(other))) !== undefined).toBe(same);
  });

  test("wrong codes wait ever longer; a right one forgives", async () => {
    const limiter = createLimiter(limits);
    const fail = async (times: number): Promise<void> => {
      for (let n = 0; n < times; n++) {
        await limiter.mayTryCode("10.0.0.1");
        await limiter.wrongCode("10.0.0.1");
      }
    };
    await fail(5);
    expect(await refusal(limiter.mayTryCode("10.0.0.1"))).toBe(30);
    expect(await refusal(limiter.mayTryCode("10.0.0.2"))).toBeUndefined();
    vi.advanceTimersByTime(30_001);
    await fail(5);
    expect(await refusal(limiter.mayTryCode("10.0.0.1"))).toBe(60);
    vi.advanceTimersByTime(60_001);
    await fail(4);
    await limiter.rightCode("10.0.0.1");
    await fail(4);
    expect(await refusal(limiter.mayTryCode("10.0.0.1"))).toBeUndefined();
  });

  test("the wait ends at an hour", async () => {
    const limiter = createLimiter(limits);
    let wait = 0;
    for (let round = 0; round < 10; round++) {
      for (let n = 0; n < 5; n++) await limiter.wrongCode("10.0.0.1");
      wait = (await refusal(limiter.mayTryCode("10.0.0.1"))) ?? 0;
      vi.advanceTimersByTime(wait * 1000 + 1);
    }
    expect(wait).toBe(3600);
  });
});
