import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import {
  AvailabilityRequest,
  Job,
  JobAssignment,
  JobTermination,
  RegisterWorkerResponse,
  Room,
  ServerMessage,
  WorkerMessage,
  WorkerPong,
} from "@livekit/protocol";
import { WebSocketServer, type WebSocket } from "ws";

export type WorkerWord = WorkerMessage["message"];

/** The worker socket of a LiveKit server, with the faults that a real one does not show on demand. */
export interface WorkerServer {
  readonly url: string;
  /** Everything that workers said, in order. */
  readonly words: readonly WorkerWord[];
  /** Authorization headers, one per connection. */
  readonly tokens: readonly string[];
  readonly connections: () => number;
  offer(jobId: string, room?: string): void;
  assign(jobId: string, room?: string): void;
  terminate(jobId: string): void;
  /** Bytes that are no message. */
  garble(): void;
  /** Ends the connections without a word. */
  cut(): void;
  /** Answers nothing any more, as a machine that lost its power. */
  freeze(): void;
  /** Refuses connections with this status; 0: takes them again. */
  refuse(status: number): void;
  close(): Promise<void>;
}

export async function startWorkerServer(): Promise<WorkerServer> {
  const words: WorkerWord[] = [];
  const tokens: string[] = [];
  let status = 0;
  let frozen = false;
  let made = 0;
  const http = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request: IncomingMessage, socket, head) => {
    if (request.url !== "/agent" || status !== 0) {
      socket.end(`HTTP/1.1 ${status || 404} no\r\nconnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      made++;
      tokens.push(request.headers.authorization ?? "");
      client.on("message", (data: Buffer) => hear(client, WorkerMessage.fromBinary(data).message));
    });
  });
  const hear = (client: WebSocket, word: WorkerWord): void => {
    words.push(word);
    if (frozen) return;
    if (word.case === "register") {
      say(client, { case: "register", value: new RegisterWorkerResponse({ workerId: `W_${made}` }) });
    }
    if (word.case === "ping") say(client, { case: "pong", value: new WorkerPong() });
  };
  const toAll = (message: ServerMessage["message"]): void => {
    for (const client of sockets.clients) say(client, message);
  };
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    words,
    tokens,
    connections: () => made,
    offer: (id, room = "room") =>
      toAll({ case: "availability", value: new AvailabilityRequest({ job: toJob(id, room) }) }),
    assign: (id, room = "room") =>
      toAll({ case: "assignment", value: new JobAssignment({ job: toJob(id, room), token: "room-token" }) }),
    terminate: (jobId) => toAll({ case: "termination", value: new JobTermination({ jobId }) }),
    garble() {
      for (const client of sockets.clients) client.send(Buffer.from([0xff, 0xff, 0xff]));
    },
    cut() {
      for (const client of sockets.clients) client.terminate();
    },
    freeze() {
      frozen = true;
    },
    refuse(code) {
      status = code;
    },
    async close() {
      for (const client of sockets.clients) client.terminate();
      http.close();
      http.closeAllConnections();
      await once(http, "close");
    },
  };
}

function toJob(id: string, room: string): Job {
  return new Job({ id, dispatchId: `AD_${id}`, room: new Room({ name: room }), metadata: "m" });
}

function say(client: WebSocket, message: ServerMessage["message"]): void {
  client.send(new ServerMessage({ message }).toBinary());
}
