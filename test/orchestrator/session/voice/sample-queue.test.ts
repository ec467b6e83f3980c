import { expect, test } from "vitest";
import { takeFirst, takeLast, trim } from "../../../../orchestrator/session/voice/sample-queue.ts";

const queueOf = (...chunks: readonly (readonly number[])[]) => chunks.map((chunk) => Int16Array.from(chunk));
const valuesOf = (queue: readonly Int16Array[]) => queue.map((chunk) => [...chunk]);

test("from the front one chunk at most is taken, the rest of it stays", () => {
  const queue = queueOf([1, 2, 3], [4]);
  expect([...takeFirst(queue, 2)]).toEqual([1, 2]);
  expect([...takeFirst(queue, 2)]).toEqual([3]);
  expect(valuesOf(queue)).toEqual([[4]]);
  expect([...takeFirst(queueOf(), 2)]).toEqual([]);
});

test("from the end as much is taken as is wanted and there, in order", () => {
  const queue = queueOf([1, 2], [3, 4]);
  expect([...takeLast(queue, 3)]).toEqual([2, 3, 4]);
  expect(valuesOf(queue)).toEqual([[1]]);
  expect([...takeLast(queue, 9)]).toEqual([1]);
});

test("whole chunks are dropped from the front while enough is left", () => {
  const queue = queueOf([1, 2], [3], [4, 5]);
  trim(queue, 3);
  expect(valuesOf(queue)).toEqual([[3], [4, 5]]);
});
