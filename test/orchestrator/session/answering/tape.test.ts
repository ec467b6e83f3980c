import fc from "fast-check";
import { expect, test } from "vitest";
import { createTape } from "../../../../orchestrator/session/answering/tape.ts";

async function read<Item>(source: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of source) all.push(item);
  return all;
}

test("every reader gets every item, whenever it begins", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer()), fc.nat(10), async (items, late) => {
      const tape = createTape<number>();
      const early = read(tape.read());
      for (const [index, item] of items.entries()) {
        if (index === late) await Promise.resolve();
        tape.push(item);
      }
      tape.end();
      expect(await early).toEqual(items);
      expect(await read(tape.read())).toEqual(items);
    }),
  );
});

test("a cut ends readers at once, those that wait and those that have more to read", async () => {
  const tape = createTape<number>();
  tape.push(1);
  tape.push(2);
  const waiting = tape.read();
  await waiting.next();
  await waiting.next();
  const next = waiting.next();
  const behind = tape.read();
  await behind.next();
  tape.cut();
  expect(await next).toEqual({ done: true, value: undefined });
  expect(await behind.next()).toEqual({ done: true, value: undefined });
  tape.push(3);
  expect(tape.items).toEqual([1, 2]);
});
