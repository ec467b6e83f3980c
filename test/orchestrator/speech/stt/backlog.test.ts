import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBacklog } from "../../../../orchestrator/speech/stt/backlog.ts";

describe("the audio that no final covers", () => {
  test("is what was added and not forgotten, whatever the pieces", () => {
    const chunk = fc.record({ length: fc.nat({ max: 50 }), forget: fc.nat({ max: 300 }) });
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 12 }), (chunks) => {
        const backlog = createBacklog(1000);
        let end = 0;
        let start = 0;
        for (const { length, forget } of chunks) {
          backlog.add(Int16Array.from({ length }, (_, index) => end + index));
          end += length;
          backlog.forget(forget);
          start = Math.max(start, Math.min(forget, end));
        }
        expect([backlog.start(), backlog.end()]).toEqual([start, end]);
        const left = backlog.pieces([]).flatMap((piece) => Array.from(piece));
        expect(left).toEqual(Array.from({ length: end - start }, (_, index) => start + index));
      }),
    );
  });

  test("is cut at the marks", () => {
    const backlog = createBacklog(1000);
    backlog.add(Int16Array.of(0, 1, 2, 3, 4, 5));
    backlog.forget(1);
    expect(backlog.pieces([2, 2, 5]).map((piece) => Array.from(piece))).toEqual([[1], [], [2, 3, 4], [5]]);
  });

  test("is no older than the limit", () => {
    const backlog = createBacklog(1);
    backlog.add(new Int16Array(10));
    backlog.add(new Int16Array(10));
    expect([backlog.start(), backlog.end()]).toEqual([4, 20]);
  });
});
