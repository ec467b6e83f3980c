/** A value that others can watch. */
export interface Store<T> {
  get(): T;
  /** Watchers are told at once; setting the same value again tells nobody. */
  set(value: T): void;
  /** Returns a function that ends the watch. */
  watch(watcher: (value: T, before: T) => void): () => void;
}

/** Makes a store that holds `value`. */
export function createStore<T>(value: T): Store<T> {
  const watchers = new Set<(value: T, before: T) => void>();
  let current = value;
  return {
    get: () => current,
    set(next) {
      if (Object.is(next, current)) return;
      const before = current;
      current = next;
      for (const watcher of watchers) watcher(next, before);
    },
    watch(watcher) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
  };
}
