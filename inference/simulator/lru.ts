/** A map of bounded weight that forgets what was used longest ago. */
export interface Lru<Value> {
  /** The value, which becomes the most recently used one. */
  get(key: string): Value | undefined;
  /** Adds or replaces. Something heavier than the whole capacity is not kept. */
  set(key: string, value: Value, weight: number): void;
  clear(): void;
  readonly size: number;
  /** Sum of the weights kept. */
  readonly weight: number;
}

/** Makes an empty map that keeps at most `capacity` of weight. */
export function createLru<Value>(capacity: number): Lru<Value> {
  const entries = new Map<string, { readonly value: Value; readonly weight: number }>();
  let total = 0;
  const remove = (key: string): void => {
    total -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, weight) {
      remove(key);
      if (weight > capacity) return;
      entries.set(key, { value, weight });
      total += weight;
      for (const oldest of entries.keys()) {
        if (total <= capacity) break;
        remove(oldest);
      }
    },
    clear() {
      entries.clear();
      total = 0;
    },
    get size() {
      return entries.size;
    },
    get weight() {
      return total;
    },
  };
}
