import { once } from "node:events";
import { createServer, type IncomingMessage, request as send, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** Stands before a simulator, as a proxy does, and can be told to make its engine faulty at any moment. */
export interface EngineFront {
  readonly url: string;
  /** Bodies of the questions that came through, oldest first. */
  readonly asked: readonly object[];
  /** A fault of every question from now on, in the words of the simulator's header; empty: none. */
  fault: string;
  /** `/metrics` stays what it was, as from a cache. */
  frozen: boolean;
  close(): Promise<void>;
}

/** Starts a front before the engine at `target`. */
export async function startEngineFront(target: string): Promise<EngineFront> {
  const asked: object[] = [];
  let metrics: string | undefined;
  const server = createServer((request, response) => void pass(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (request.method === "POST") asked.push(JSON.parse(body) as object);
    if (request.url === "/metrics" && front.frozen) {
      metrics ??= await (await fetch(`${target}/metrics`)).text();
      return void response.end(metrics);
    }
    const onward = send(
      `${target}${request.url ?? "/"}`,
      {
        method: request.method ?? "GET",
        headers: { ...request.headers, ...(front.fault === "" ? {} : { "x-simulator-fault": front.fault }) },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
        answer.on("error", () => response.destroy());
      },
    );
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    onward.end(body);
  }

  const front: EngineFront = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    fault: "",
    frozen: false,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return front;
}
