import { expect, test } from "vitest";
import { createStore } from "../../../web/lib/store.ts";

test("tells its watchers each new value with the one before, and nobody of the same again", () => {
  const store = createStore(1);
  const seen: (readonly [number, number])[] = [];
  const unwatch = store.watch((value, before) => seen.push([value, before]));
  store.set(2);
  store.set(2);
  store.set(3);
  unwatch();
  store.set(4);
  expect(seen).toEqual([
    [2, 1],
    [3, 2],
  ]);
  expect(store.get()).toBe(4);
});
