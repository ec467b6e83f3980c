/** Sends things one after the other, in order. */
export interface SendQueue {
  /** Queues a sending; one that waits under the same key is replaced by it, in its place. */
  add(send: () => Promise<void>, key?: string): void;
  /** Resolves when nothing is left to send. */
  idle(): Promise<void>;
  /** Drops what waits. */
  close(): void;
}

/** More that waits than this means that nobody takes it: the oldest is dropped. */
const MAX_WAITING = 200;

interface Item {
  send: () => Promise<void>;
  readonly key: string | undefined;
}

/** Creates a queue that a slow or dead connection cannot make grow; a sending that fails is lost. */
export function createSendQueue(onDrop: () => void = () => {}): SendQueue {
  const waiting: Item[] = [];
  let running: Promise<void> | undefined;
  let closed = false;

  const run = async (): Promise<void> => {
    for (let item = waiting.shift(); item; item = waiting.shift()) await item.send().catch(() => {});
    running = undefined;
  };

  return {
    add(send, key) {
      if (closed) return;
      const same = key === undefined ? undefined : waiting.find((item) => item.key === key);
      if (same) {
        same.send = send;
        return;
      }
      waiting.push({ send, key });
      if (waiting.length > MAX_WAITING) {
        waiting.shift();
        onDrop();
      }
      running ??= run();
    },
    idle: () => running ?? Promise.resolve(),
    close() {
      closed = true;
      waiting.splice(0);
    },
  };
}
