import { useLayoutEffect, useState } from "preact/hooks";
import type { Store } from "./store.ts";

/** Draws the component again whenever the store's value changes. */
export function useStore<T>(store: Store<T>): T {
  const [value, setValue] = useState(() => store.get());
  useLayoutEffect(() => {
    setValue(() => store.get());
    return store.watch((next) => setValue(() => next));
  }, [store]);
  return value;
}
