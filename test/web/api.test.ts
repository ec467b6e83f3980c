import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { collect } from "../standins/turn.ts";
import { type Api, ApiError, createApi } from "../../web/api.ts";

type Answer = (request: IncomingMessage & { readonly text: string }, response: ServerResponse) => void;

const closers: (() => void)[] = [];
const never = new AbortController().signal;

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

describe("config", () => {
  test("is read as the gateway tells it", async () => {
    const { api } = await start((_request, response) =>
      response.end(
        JSON.stringify({
          livekit: { available: true },
          accessCodeNeeded: true,
          speech: { ear: null },
          language: "de",
        }),
      ),
    );
    expect(await api.config()).toEqual({ calls: true, codeNeeded: true, hears: false, language: "de" });
  });

  test("what is missing is assumed", async () => {
    const { api } = await start((_request, response) => response.end("{}"));
    expect(await api.config()).toEqual({ calls: false, codeNeeded: false, hears: true, language: "en" });
  });
});

describe("ticket", () => {
  test("brings the access code and returns the server's leave", async () => {
    let seen = "";
    const { api } = await start((request, response) => {
      seen = `${request.method} ${request.url} ${request.headers.authorization} ${request.text}`;
      response.writeHead(201).end(JSON.stringify({ server_url: "ws://here", participant_token: "t" }));
    });
    expect(await api.ticket("1234", never)).toEqual({ serverUrl: "ws://here", token: "t" });
    expect(seen).toBe("POST /livekit/token Bearer 1234 {}");
  });

  test.each([
    [401, "", "code-needed"],
    [401, "1234", "code-wrong"],
    [403, "", "refused"],
    [429, "", "too-many"],
    [503, "", "unavailable"],
    [201, "", "unavailable"],
  ])("%i with the code %j is %s", async (status, code, fault) => {
    const { api } = await start((_request, response) => response.writeHead(status).end("{}"));
    expect(await faultOf(api.ticket(code, never))).toBe(fault);
  });

  test("without a server it is unreachable", async () => {
    const api = createApi("http://127.0.0.1:1/api/v1");
    expect(await faultOf(api.ticket("", never))).toBe("unreachable");
  });
});

describe("ask", () => {
  test("gives the answer's pieces, and passes over what else is told", async () => {
    let body: unknown;
    const { api } = await start((request, response) => {
      body = JSON.parse(request.text);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('event: route\ndata: {"engine":"local"}\n\nevent: text\ndata: {"text":"A "}\n\n');
      response.end(
        'event: text\ndata: {"text":"cup."}\n\nevent: text\ndata: nonsense\n\nevent: end\ndata: {}\n\n',
      );
    });
    const question = { question: "What is it?", image: "data:image/jpeg;base64,AA==" };
    expect(await collect(api.ask(question, "", never))).toEqual(["A ", "cup."]);
    expect(body).toEqual(question);
  });

  test.each([
    ["of a fault of the server", 'event: error\ndata: {"code":"internal"}\n\n'],
    ["of a connection that was lost", ""],
    ["of another question, or of the server's end", 'event: end\ndata: {"outcome":"cancelled"}\n\n'],
  ])("an answer that breaks off because %s is not taken for a whole one", async (_, last) => {
    const { api } = await start((_request, response) =>
      response.end(`event: text\ndata: {"text":"Take two, but "}\n\n${last}`),
    );
    const pieces: string[] = [];
    const all = (async () => {
      for await (const piece of api.ask({ question: "?" }, "", never)) pieces.push(piece);
    })();
    expect(await faultOf(all)).toBe("no-answer");
    expect(pieces).toEqual(["Take two, but "]);
  });

  test("a server that has no room for the question is not said to take no calls", async () => {
    const { api } = await start((_request, response) => response.writeHead(503).end());
    expect(await faultOf(collect(api.ask({ question: "?" }, "", never)))).toBe("no-answer");
  });

  test("a picture that the server cannot use is told apart", async () => {
    const { api } = await start((_request, response) => response.writeHead(422).end());
    expect(await faultOf(collect(api.ask({ question: "?" }, "", never)))).toBe("bad-picture");
  });

  test("the server notices when the caller stops listening", async () => {
    const gone = Promise.withResolvers<void>();
    const { api } = await start((_request, response) => {
      response.on("close", gone.resolve);
      response.write('event: text\ndata: {"text":"A "}\n\n');
    });
    const stop = new AbortController();
    const asked = api.ask({ question: "?" }, "", stop.signal);
    expect(await asked.next()).toEqual({ done: false, value: "A " });
    stop.abort();
    await expect(asked.next()).rejects.toThrow(/abort/i);
    await gone.promise;
  });
});

test("the ledger is read and deleted with the access code", async () => {
  const seen: string[] = [];
  const { api } = await start((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.end('{"entries":[]}');
  });
  expect(await api.ledger("1")).toEqual({ entries: [] });
  await api.forget("1");
  expect(seen).toEqual(["GET /ledger Bearer 1", "DELETE /ledger Bearer 1"]);
});

async function faultOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof ApiError ? error.fault : `no fault: ${String(error)}`;
}

async function start(answer: Answer): Promise<{ readonly api: Api }> {
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => answer(Object.assign(request, { text }), response));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { api: createApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) };
}
