import { EngineError } from "../errors.ts";
import type { Deadlines } from "../lib/deadline.ts";
import type { EngineEvent } from "../turn/ports.ts";
import { createChatReader } from "./chat-chunks.ts";
import { createSseParser } from "./sse-events.ts";

/** The limits of one answer: to the first token, between two data events, and altogether. */
export type AnswerLimit = "ttft" | "gap" | "total";

export interface StrictStreamOptions {
  readonly engine: string;
  /** `ttft` is stopped by the first token; `gap` runs while data is waited for after it. */
  readonly deadlines: Deadlines<AnswerLimit>;
  readonly gapMs: number;
}

/**
 * Reads a chat completion stream and believes nothing: what is not a complete, valid answer throws.
 * Only data events count as progress; the head, comments, and half an event do not. Leaving early
 * closes the connection, which is how the server learns of it.
 *
 * @throws {EngineError} with the reader's codes of the reliability reference §3; `reset` when the
 * connection broke.
 * @throws the reason of `deadlines.signal` once that is aborted.
 */
export async function* strictStream(
  response: Response,
  { engine, deadlines, gapMs }: StrictStreamOptions,
): AsyncGenerator<EngineEvent> {
  const reader = openBody(engine, response);
  const parser = createSseParser(engine);
  const chat = createChatReader(engine);
  let isDraining = false;
  try {
    let hasToken = false;
    while (true) {
      if (hasToken && !deadlines.isRunning("gap")) deadlines.start("gap", gapMs);
      const bytes = await readBytes(reader, engine, deadlines.signal);
      if (bytes === undefined && parser.rest().trim() !== "[DONE]") throw eofWithoutDone(engine);
      for (const data of bytes === undefined ? ["[DONE]"] : parser.push(bytes)) {
        deadlines.stop("gap");
        for (const event of chat.read(data)) {
          if (chat.done) {
            isDraining = true;
            void drain(reader);
          } else hasToken = true;
          deadlines.stop("ttft");
          yield event;
        }
        if (chat.done) return;
      }
    }
  } finally {
    deadlines.stop("gap");
    if (!isDraining) void reader.cancel().catch(() => {});
  }
}

type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

function openBody(engine: string, response: Response): BodyReader {
  const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "text/event-stream" || response.body === null) {
    void response.body?.cancel().catch(() => {});
    throw new EngineError(engine, "server", "content-type", {
      message: `${engine} engine: the server did not answer with an event stream; is something else at that address?`,
    });
  }
  return response.body.getReader() as BodyReader;
}

/** Undefined at the end of the body. */
async function readBytes(
  reader: BodyReader,
  engine: string,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  signal.throwIfAborted();
  try {
    return (await reader.read()).value;
  } catch {
    signal.throwIfAborted();
    throw new EngineError(engine, "connectivity", "reset", {
      message: `${engine} engine: the connection broke in the middle of the answer`,
    });
  }
}

/** How long the end of a finished answer is waited for, so that its connection can serve the next one. */
const DRAIN_MS = 250;

async function drain(reader: BodyReader): Promise<void> {
  const cancel = (): void => void reader.cancel().catch(() => {});
  const timer = setTimeout(cancel, DRAIN_MS).unref();
  try {
    while (!(await reader.read()).done);
  } catch {
    // The answer is complete; a connection that breaks now is just not used again.
  } finally {
    clearTimeout(timer);
  }
}

function eofWithoutDone(engine: string): EngineError {
  return new EngineError(engine, "connectivity", "eof-without-done", {
    message: `${engine} engine: the answer stream ended before the answer did`,
  });
}
