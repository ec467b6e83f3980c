import { Worker } from "node:worker_threads";
import { StoreError, type StoreReply, type StoreRequest, type StoreResults } from "./messages.ts";

/** Opening and writing may each wait a second for another process several times; then the thread counts as stuck. */
const ANSWER_DEADLINE_MS = 10_000;

interface Waiting {
  resolve(result: never): void;
  reject(error: StoreError): void;
  readonly timer: NodeJS.Timeout;
}

/** The way to the database. */
export interface Link {
  /** @throws {StoreError} also when it died or does not answer; the next request tries anew. */
  ask<Request extends StoreRequest>(request: Request): Promise<StoreResults[Request["type"]]>;
  /** Lets go of it at once. */
  end(): Promise<void>;
}

/** Makes the link to a thread that has the file open; the thread starts with the first request and lets the process end when it is idle. */
export function createLink(file: string, options: { readonly retentionDays: number }): Link {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let last = 0;

  function settle(number: number): Waiting | undefined {
    const entry = waiting.get(number);
    waiting.delete(number);
    clearTimeout(entry?.timer);
    if (waiting.size === 0) worker?.unref();
    return entry;
  }
  function failAll(): void {
    worker = undefined;
    for (const number of waiting.keys()) settle(number)?.reject(new StoreError("unavailable"));
  }
  function started(): Worker {
    if (worker) return worker;
    const thread = new Worker(new URL("./thread.ts", import.meta.url), {
      workerData: { file, ...options },
      env: {},
      execArgv: [],
    });
    const gone = (): void => {
      if (worker === thread) failAll();
    };
    thread.on("message", (reply: StoreReply) => {
      const entry = settle(reply.number);
      if (reply.ok) entry?.resolve(reply.result as never);
      else entry?.reject(new StoreError(reply.fault));
    });
    thread.on("error", gone).on("exit", gone);
    worker = thread;
    return thread;
  }
  function stuck(): void {
    const thread = worker;
    failAll();
    void thread?.terminate();
  }

  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        const thread = started();
        const number = ++last;
        waiting.set(number, { resolve, reject, timer: setTimeout(stuck, ANSWER_DEADLINE_MS) });
        thread.ref();
        thread.postMessage({ number, request }, []);
      }),
    async end() {
      const thread = worker;
      failAll();
      await thread?.terminate();
    },
  };
}
