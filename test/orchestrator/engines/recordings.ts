import { readFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

/**
 * Wire bytes of a real vLLM 0.32.0, head and chunk framing included. What was cut out of the long ones
 * is closed up, and one that holds the end alone gets a head.
 */
export function readRecording(name: string): Buffer {
  const url = new URL(`../../fixtures/vllm-streams/${name}.raw`, import.meta.url);
  const bytes = readFileSync(url);
  if (!bytes.subarray(0, 5).equals(Buffer.from("HTTP/"))) {
    return Buffer.concat([
      Buffer.from(STREAM_HEAD),
      bytes.subarray(bytes.indexOf(CHUNK_END) + CHUNK_END.length),
    ]);
  }
  const cut = /\[\.\.\. \d+ bytes cut \.\.\.\]/u.exec(bytes.toString("latin1"));
  if (cut === null) return bytes;
  const head = bytes.subarray(0, cut.index);
  const tail = bytes.subarray(cut.index + cut[0].length);
  return Buffer.concat([
    head.subarray(0, head.lastIndexOf(CHUNK_END) + CHUNK_END.length),
    tail.subarray(tail.indexOf(CHUNK_END) + CHUNK_END.length),
  ]);
}

/** The body alone, without the framing of its chunks. */
export function bodyOf(recording: Buffer): Buffer {
  let rest = recording.subarray(recording.indexOf("\r\n\r\n") + 4);
  const chunks: Buffer[] = [];
  while (rest.length > 0) {
    const lineEnd = rest.indexOf("\r\n");
    const length = Number.parseInt(rest.subarray(0, lineEnd).toString("latin1"), 16);
    if (!(length > 0)) break;
    chunks.push(rest.subarray(lineEnd + 2, lineEnd + 2 + length));
    rest = rest.subarray(lineEnd + 4 + length);
  }
  return Buffer.concat(chunks);
}

const CHUNK_END = "\n\n\r\n";
const STREAM_HEAD =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n";

export interface Replay {
  /** Ends in `/v1`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Answers every request with the recorded bytes in pieces of the given size, and closes unless told not to. */
export async function replay(
  recording: Buffer,
  options: { readonly pieceBytes?: number; readonly stayOpen?: boolean } = {},
): Promise<Replay> {
  const { pieceBytes = recording.length, stayOpen = false } = options;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.once("data", () => {
      void send(socket, recording, pieceBytes).then(() => (stayOpen ? undefined : socket.end()));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function send(socket: Socket, bytes: Buffer, pieceBytes: number): Promise<void> {
  for (let from = 0; from < bytes.length && !socket.destroyed; from += pieceBytes) {
    socket.write(bytes.subarray(from, from + pieceBytes));
    await new Promise(setImmediate);
  }
}
