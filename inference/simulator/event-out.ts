import type { ServerResponse } from "node:http";

export type EventKind = "role" | "delta" | "finish" | "usage" | "error" | "done";

/** Where the events of a stream go. A fault is another implementation of it. */
export interface EventOut {
  /** `text`: what a delta or a finish adds to the answer. */
  send(kind: EventKind, event: string, text: string): void;
  end(): void;
}

/** Writes each event as one chunk of the body, and nothing once the client is gone. */
export function createEventOut(response: ServerResponse): EventOut {
  return {
    send(_kind, event) {
      if (!response.destroyed) response.write(event);
    },
    end() {
      if (!response.destroyed) response.end();
    },
  };
}
