import { expect, test } from "vitest";
import { createQueue } from "../../../orchestrator/speech/queue.ts";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("what is put before and while somebody reads comes in order, then the end", async () => {
  const queue = createQueue<number>();
  queue.put(1);
  queue.put(2);
  const read = all(queue);
  await Promise.resolve();
  queue.put(3);
  setImmediate(() => {
    queue.put(4);
    queue.end();
    queue.put(5);
  });
  expect(await read).toEqual([1, 2, 3, 4]);
});
