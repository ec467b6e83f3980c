/** What one stage has made so far, for any number of readers that each begin at the first item. */
export interface Tape<Item> {
  push(item: Item): void;
  /** Nothing more will come; readers end behind the last item. */
  end(): void;
  /** Readers end now, wherever they are. */
  cut(): void;
  read(): AsyncGenerator<Item, void, undefined>;
  readonly items: readonly Item[];
}

export function createTape<Item>(): Tape<Item> {
  const items: Item[] = [];
  let state = "open" as "open" | "ended" | "cut";
  let change = Promise.withResolvers<void>();
  const changed = (): void => {
    const { resolve } = change;
    change = Promise.withResolvers();
    resolve();
  };
  return {
    items,
    push(item) {
      if (state !== "open") return;
      items.push(item);
      changed();
    },
    end() {
      if (state === "open") state = "ended";
      changed();
    },
    cut() {
      state = "cut";
      changed();
    },
    async *read() {
      for (let at = 0; state !== "cut";) {
        if (at < items.length) yield items[at++] as Item;
        else if (state === "ended") return;
        else await change.promise;
      }
    },
  };
}
