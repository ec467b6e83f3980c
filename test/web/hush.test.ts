import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createHush } from "../../web/hush.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("createHush", () => {
  test("lasts until the last sound has reached the ear", () => {
    const { hush, overs } = start();
    hush.follow(true, false);
    hush.follow(false, false);
    vi.advanceTimersByTime(500);
    hush.follow(false, false);
    expect([hush.isOn(), overs()]).toEqual([true, 0]);
    vi.advanceTimersByTime(100);
    expect([hush.isOn(), overs()]).toEqual([false, 1]);
  });

  test("is not broken between an answer and what follows it at once", () => {
    const { hush, overs } = start();
    hush.follow(true, false);
    hush.follow(false, false);
    hush.follow(true, false);
    vi.advanceTimersByTime(10_000);
    expect([hush.isOn(), overs()]).toEqual([true, 0]);
  });

  test("is over at once when the sound is cut off, and once only", () => {
    const { hush, overs } = start();
    hush.follow(true, false);
    hush.follow(false, false);
    hush.follow(false, true);
    vi.advanceTimersByTime(10_000);
    expect([hush.isOn(), overs()]).toEqual([false, 1]);
  });

  test("does not begin in silence", () => {
    const { hush, overs } = start();
    hush.follow(false, false);
    hush.follow(false, true);
    vi.advanceTimersByTime(10_000);
    expect([hush.isOn(), overs()]).toEqual([false, 0]);
  });
});

function start() {
  const onOver = vi.fn<() => void>();
  return { hush: createHush(onOver), overs: () => onOver.mock.calls.length };
}
