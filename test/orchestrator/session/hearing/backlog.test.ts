import { expect, test } from "vitest";
import { createBacklog } from "../../../../orchestrator/session/hearing/backlog.ts";

const FRAME = 160;
const SECOND = 16_000;

/** Hands over so many seconds of audio, 10 ms at a time; how many samples of it were given. */
function give(backlog: ReturnType<typeof createBacklog>, seconds: number): number {
  let given = 0;
  for (let sent = 0; sent < seconds * SECOND; sent += FRAME) if (backlog.give(FRAME)) given += FRAME;
  return given;
}

test("a listener that keeps up gets everything, and what it has judged is what was received", () => {
  const backlog = createBacklog(SECOND);
  for (let second = 1; second <= 100; second++) {
    expect(give(backlog, 1)).toBe(SECOND);
    expect(backlog.judged(second * SECOND)).toBe(second * SECOND);
  }
});

test("one that never answers holds five seconds at most, however long the call is", () => {
  expect(give(createBacklog(SECOND), 600)).toBeLessThanOrEqual(5 * SECOND + FRAME);
});

test("one that has caught up goes on with what is said now, and counts what it was spared", () => {
  const backlog = createBacklog(SECOND);
  const given = give(backlog, 8);
  expect(backlog.judged(given)).toBe(given);
  expect(give(backlog, 1)).toBe(SECOND);
  expect(backlog.judged(given + SECOND)).toBe(9 * SECOND);
});

test("one that is still behind is not given every other frame", () => {
  const backlog = createBacklog(SECOND);
  const given = give(backlog, 6);
  backlog.judged(given - 4 * SECOND);
  expect(give(backlog, 1)).toBe(0);
  backlog.judged(given - SECOND / 2);
  expect(give(backlog, 1)).toBe(SECOND);
});
