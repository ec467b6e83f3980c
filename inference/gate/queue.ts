/** Why a piece of work was never begun: a newer one of the same client came, or too many clients. */
export type Dropped = "superseded" | "busy";

/** Runs one piece of work at a time for each client; only the latest one waits. */
export interface Queue {
  submit<Result>(client: string, work: () => Promise<Result>): Promise<Result | Dropped>;
}

/** A queue of depth 1 for each client; a client more than `maxClients` is `busy`. */
export function createQueue(maxClients: number): Queue {
  const clients = new Map<string, { next: ((itsTurn: boolean) => void) | undefined }>();

  return {
    async submit(name, work) {
      const busy = clients.get(name);
      const client = busy ?? { next: undefined };
      if (busy === undefined) {
        if (clients.size >= maxClients) return "busy";
        clients.set(name, client);
      } else {
        client.next?.(false);
        const itsTurn = await new Promise<boolean>((resolve) => {
          client.next = resolve;
        });
        if (!itsTurn) return "superseded";
      }
      try {
        return await work();
      } finally {
        const { next } = client;
        client.next = undefined;
        if (next === undefined) clients.delete(name);
        else next(true);
      }
    },
  };
}

/** Runs what it is given one after the other, in order of arrival; a failure does not stop the next. */
export function createSingleFile(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
