import { joinSamples } from "../../lib/samples.ts";

/** Takes up to `count` samples from the front of a queue. */
export function takeFirst(queue: Int16Array[], count: number): Int16Array {
  const [first] = queue;
  if (!first) return new Int16Array(0);
  if (first.length <= count) {
    queue.shift();
    return first.slice();
  }
  queue[0] = first.subarray(count);
  return first.slice(0, count);
}

/** Takes up to `count` samples from the end of a queue, in their order. */
export function takeLast(queue: Int16Array[], count: number): Int16Array {
  const all = joinSamples(queue);
  const from = Math.max(0, all.length - Math.max(0, Math.round(count)));
  queue.splice(0, queue.length, all.subarray(0, from));
  return all.slice(from);
}

/** Drops whole chunks from the front while `count` samples are left. */
export function trim(queue: Int16Array[], count: number): void {
  let total = queue.reduce((sum, { length }) => sum + length, 0);
  while (queue[0] && total - queue[0].length >= count) total -= queue.shift()?.length ?? 0;
}
