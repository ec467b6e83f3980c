import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What a request to a stand-in asks for. */
export interface UvicornRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers of a FastAPI application behind uvicorn, with the heads that these two write. */
export interface Answers {
  /** A whole body. */
  whole(status: number, type: string, body: string, headers?: Readonly<Record<string, string>>): void;
  /** As JSON without blanks, as FastAPI writes it. */
  json(status: number, body: unknown, headers?: Readonly<Record<string, string>>): void;
  /** A body in chunks. What it throws comes after the head is out: the connection is cut. */
  stream(
    type: string,
    chunks: AsyncIterable<Uint8Array>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<void>;
}

export interface UvicornServer {
  /** Ends in `/v1`. */
  readonly url: string;
  /** TCP connections that are open now, and so far. */
  connections(): { readonly open: number; readonly all: number };
  close(): Promise<void>;
}

/** How long uvicorn keeps an idle connection, in milliseconds; it does not say so in its answers. */
const IDLE_MS = 5000;

/** Starts an application as uvicorn serves it. */
export async function startUvicorn(
  application: (request: UvicornRequest, answers: Answers) => void | Promise<void>,
): Promise<UvicornServer> {
  const sockets = new Set<Socket>();
  let all = 0;
  const server = createServer({ keepAliveTimeout: IDLE_MS }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => {});
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const asked = { method, path: url, headers, body: Buffer.concat(chunks) };
      void Promise.resolve(application(asked, answersOf(response))).catch(() => response.destroy());
    });
  });
  server.keepAliveTimeoutBuffer = 0;
  server.on("connection", (socket) => {
    all += 1;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    connections: () => ({ open: sockets.size, all }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answersOf(response: ServerResponse): Answers {
  // Neither a connection header nor a word about how long it is kept.
  response.removeHeader("connection");
  const head = (status: number, type: string, headers: Readonly<Record<string, string>> = {}): void => {
    response.writeHead(status, { server: "uvicorn", ...headers, "content-type": type });
  };
  const whole: Answers["whole"] = (status, type, body, headers = {}) => {
    head(status, type, { ...headers, "content-length": String(Buffer.byteLength(body)) });
    response.end(body);
  };
  return {
    whole,
    json: (status, body, headers) => whole(status, "application/json", JSON.stringify(body), headers),
    async stream(type, chunks, headers) {
      head(200, type, headers);
      response.flushHeaders();
      for await (const chunk of chunks) if (!response.destroyed) response.write(chunk);
      response.end();
    },
  };
}
