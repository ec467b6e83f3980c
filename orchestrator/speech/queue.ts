/** Hands items from callbacks to one reader, in order. */
export interface Queue<T> extends AsyncIterable<T> {
  put(item: T): void;
  /** The reader gets what is there and ends. */
  end(): void;
}

export function createQueue<T>(): Queue<T> {
  const items: T[] = [];
  let isEnded = false;
  let wake = (): void => {};

  return {
    put(item) {
      if (!isEnded) items.push(item);
      wake();
    },
    end() {
      isEnded = true;
      wake();
    },
    async *[Symbol.asyncIterator]() {
      while (true) {
        const item = items.shift();
        if (item !== undefined) yield item;
        else if (isEnded) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}
