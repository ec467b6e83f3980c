import type { Gate } from "../turn/ports.ts";

/**
 * Which pictures the gate has said to be clear of people, by the hash of their bytes. It is asked by whoever
 * counts what has left, and knows nothing of how a turn chose.
 */
export interface ClearRecord {
  /** The same gate, its clear verdicts written down. */
  readonly watch: (gate: Gate) => Gate;
  /** Whether exactly these bytes were judged clear. */
  has(sha256: string): boolean;
}

/**
 * Judged pictures of one generation; two are kept. Twenty calls with a camera at two frames a second fill
 * one in an hour, and a picture that is asked for again moves to the younger.
 */
const GENERATION = 150_000;
/** Hexadecimal digits that are kept of a hash: 64 bits. */
const KEPT = 16;

export function createClearRecord(generation: number = GENERATION): ClearRecord {
  let young = new Set<string>();
  let old = new Set<string>();
  const add = (key: string): void => {
    if (young.size >= generation) {
      old = young;
      young = new Set();
    }
    young.add(key);
  };
  return {
    watch: (gate) => (frame, signal) => {
      const verdict = gate(frame, signal);
      void verdict.then(
        ({ value, sha256 }) => value === "clear" && add(sha256.slice(0, KEPT)),
        () => {},
      );
      return verdict;
    },
    has(sha256) {
      const key = sha256.slice(0, KEPT);
      const known = young.has(key) || old.has(key);
      if (known) add(key);
      return known;
    },
  };
}
