import { EngineError } from "../errors.ts";

/** Reads server-sent events from bytes that arrive in any pieces. */
export interface SseParser {
  /**
   * The data of every event that these bytes complete, in order. Comments and empty data give none.
   *
   * @throws {EngineError} `decode` at bytes that are not UTF-8, a line that is no event field, and
   * an event without end.
   */
  push(bytes: Uint8Array): Generator<string>;
  /** The data that the end of the stream left without its blank line; it may be cut. */
  rest(): string;
}

/** More than any event of a chat stream by far; a line that does not end must not fill the memory. */
const MAX_EVENT_BYTES = 1_048_576;

const LF = 10;
const CR = 13;

/** Creates a parser of the event stream format (WHATWG HTML §9.2.6) that forgives nothing. */
export function createSseParser(engine: string): SseParser {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let pieces: Uint8Array[] = [];
  let data: string[] = [];
  let bytesHeld = 0;
  let isFirstLine = true;
  let lastWasReturn = false;

  const hold = (count: number): void => {
    bytesHeld += count;
    if (bytesHeld > MAX_EVENT_BYTES) throw decodeFault(engine, "an event that does not end");
  };
  const takeLine = (): string => {
    const [only] = pieces;
    const bytes = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
    pieces = [];
    let line: string;
    try {
      line = decoder.decode(bytes);
    } catch {
      throw decodeFault(engine, "bytes that are not UTF-8");
    }
    if (isFirstLine && line.startsWith("\uFEFF")) line = line.slice(1);
    isFirstLine = false;
    return line;
  };
  const takeEvent = (): string => {
    const event = data.join("\n");
    data = [];
    bytesHeld = 0;
    return event;
  };
  const readField = (line: string): void => {
    if (line.startsWith(":")) return;
    const field = FIELD.exec(line);
    if (field === null) throw decodeFault(engine, "a line that is no event field");
    if (field[1] === "data") data.push(line.slice(field[0].length));
  };

  return {
    *push(bytes) {
      let from = 0;
      for (let i = 0; i < bytes.length; i += 1) {
        const byte = bytes[i];
        const endsReturn = byte === LF && lastWasReturn;
        lastWasReturn = byte === CR;
        if (byte !== LF && byte !== CR) continue;
        const start = from;
        from = i + 1;
        if (endsReturn) continue;
        hold(i - start);
        pieces.push(bytes.subarray(start, i));
        const line = takeLine();
        if (line !== "") {
          readField(line);
          continue;
        }
        const event = takeEvent();
        if (event !== "") yield event;
      }
      hold(bytes.length - from);
      if (from < bytes.length) pieces.push(bytes.slice(from));
    },
    rest() {
      const line = Buffer.concat(pieces).toString("utf8");
      if (FIELD.test(line)) readField(line);
      return takeEvent();
    },
  };
}

const FIELD = /^(data|event|id|retry)(?:: ?|$)/u;

/** The stream holds something that cannot be read; what it was is never part of the message. */
export function decodeFault(engine: string, what: string): EngineError {
  return new EngineError(engine, "server", "decode", {
    message: `${engine} engine: the answer stream holds ${what}`,
  });
}
