import { joinSamples } from "../../lib/samples.ts";
import { SAMPLE_RATE } from "./recogniser.ts";

/** The end of a call's audio that no final covers yet. Positions are samples since the call's first. */
export interface Backlog {
  /** Where it begins: everything before is said, or too old. */
  start(): number;
  /** Where the call's audio ends. */
  end(): number;
  add(samples: Int16Array): void;
  /** Everything before `position` is said. */
  forget(position: number): void;
  /** Its audio in pieces, from `start` to `end`, cut at every mark; marks are in order and in between. */
  pieces(marks: readonly number[]): readonly Int16Array[];
}

/** Keeps at most `limitMs` of audio; a sentence without a final, said through an outage, fits. */
export function createBacklog(limitMs: number): Backlog {
  const limit = (limitMs / 1000) * SAMPLE_RATE;
  let chunks: Int16Array[] = [];
  let start = 0;
  let end = 0;

  const forget = (position: number): void => {
    let excess = Math.min(position, end) - start;
    if (excess <= 0) return;
    start += excess;
    while (excess > 0) {
      const [first] = chunks;
      if (first === undefined) return;
      if (first.length <= excess) chunks.shift();
      else chunks[0] = first.subarray(excess);
      excess -= first.length;
    }
  };

  return {
    start: () => start,
    end: () => end,
    add(samples) {
      chunks.push(samples);
      end += samples.length;
      forget(end - limit);
    },
    forget,
    pieces(marks) {
      const edges = [...marks, end];
      const all = joinSamples(chunks);
      return edges.map((edge, index) => all.subarray((edges[index - 1] ?? start) - start, edge - start));
    },
  };
}
