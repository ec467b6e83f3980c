import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import sharp from "sharp";

/** What a gate says about posted bytes; a test changes what it wants to be wrong. */
export interface FakeAnswer {
  verdict: string;
  reason: string;
  score: unknown;
  boxes: unknown;
  model: unknown;
  provider: unknown;
  ms: unknown;
  sha256: unknown;
  width: unknown;
  height: unknown;
}

export interface Posted {
  readonly bytes: Buffer;
  readonly headers: IncomingHttpHeaders;
  /** The answer of a gate that is well. */
  readonly answer: FakeAnswer;
  readonly response: ServerResponse;
}

export interface FakeGate {
  readonly url: string;
  readonly posts: readonly Posted[];
  health: { status: number; body: unknown };
  close(): Promise<void>;
}

/** A gate on a port of its own. `behave` may answer by itself; what it returns is sent as JSON. */
export async function fakeGate(
  behave: (posted: Posted) => unknown = ({ answer }) => answer,
): Promise<FakeGate> {
  const posts: Posted[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === "/health") {
      response.writeHead(gate.health.status).end(JSON.stringify(gate.health.body));
      return;
    }
    // Whoever is stuck is closed, and may be so in the middle of a picture.
    const bytes = await buffer(request).catch(() => undefined);
    if (bytes === undefined) return;
    const entry: Posted = { bytes, headers: request.headers, response, answer: await wellAnswer(bytes) };
    posts.push(entry);
    const result = await behave(entry);
    if (result !== undefined && !response.writableEnded) response.end(JSON.stringify(result));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const gate: FakeGate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    health: { status: 200, body: { state: "ready" } },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return gate;
}

async function wellAnswer(bytes: Buffer): Promise<FakeAnswer> {
  const { width, height } = await sharp(bytes).metadata();
  return {
    verdict: "clear",
    reason: "no-person",
    score: 0.02,
    boxes: [{ label: "dog", score: 0.9, x: 10, y: 20, width: 30, height: 40 }],
    model: "fake",
    provider: "cpu",
    ms: 3,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    width,
    height,
  };
}
