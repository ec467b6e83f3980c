import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import {
  createGateway,
  type GatewayOptions,
  type LivekitOptions,
} from "../../../orchestrator/http/gateway.ts";
import type { LedgerEntry } from "../../../orchestrator/store/ledger.ts";
import type { LedgerStore } from "../../../orchestrator/store/store.ts";

export const CODE = "open sesame";
export const SCRIPT = `export const text = ${JSON.stringify("sightline ".repeat(200))};`;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON. */
  readonly json: Record<string, unknown>;
  /** The cookie that was set, as a request sends it back. */
  readonly cookie: string | undefined;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface TestGateway {
  readonly url: string;
  readonly port: number;
  /** Every log line so far. */
  readonly log: string;
  close(onFreed?: () => void): Promise<void>;
  hurry(): void;
  ask(path: string, request?: Asked): Promise<Answer>;
  /** JSON to an address. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** A gateway on loopback with stand-ins behind it, closed after the test. */
export async function startGateway(changes: Partial<GatewayOptions> = {}): Promise<TestGateway> {
  let log = "";
  const gateway = await createGateway({
    host: "127.0.0.1",
    port: 0,
    publicOrigins: undefined,
    accessCode: undefined,
    tls: undefined,
    drainMs: 1000,
    secret: "a secret of the tests, long enough",
    pageDir: testPage(),
    livekit: testLivekit(),
    ask: async (_question, _signal, onEvent) => onEvent({ type: "text", text: "A mug." }),
    ledger: memoryLedger(),
    retentionDays: 30,
    about: { version: "0.1.0", language: "en", speech: { ear: "deepgram" } },
    health: {
      checks: { store: () => "ok" },
      essential: ["store"],
      metrics: async () => ({ contentType: "text/plain; version=0.0.4", text: "sightline_calls 1\n" }),
      metricsToken: undefined,
    },
    log: pino({ level: "debug" }, { write: (line: string) => void (log += line) }),
    ...changes,
  });
  let closing: Promise<void> | undefined;
  const close = (onFreed?: () => void) => (closing ??= gateway.close(onFreed));
  onTestFinished(() => close());
  await gateway.listen();
  const port = gateway.port();
  const url = `${changes.tls ? "https" : "http"}://127.0.0.1:${port}`;
  const ask = (path: string, request: Asked = {}) => send(url + path, request);
  return {
    url,
    port,
    get log() {
      return log;
    },
    close,
    hurry: () => gateway.hurry(),
    ask,
    post: (path, body, headers) =>
      ask(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
  };
}

/** Sends exactly these headers, Host and Origin included. */
export function send(url: string, { method = "GET", headers = {}, body }: Asked): Promise<Answer> {
  const request = url.startsWith("https:") ? httpsRequest : httpRequest;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request(url, { method, headers, rejectUnauthorized: false, agent: false } as object);
  outgoing.once("error", reject).once("response", (response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk)).once("error", reject);
    response.once("end", () => {
      const text = Buffer.concat(chunks).toString();
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text,
        cookie: response.headers["set-cookie"]?.[0]?.split(";")[0],
        get json() {
          return JSON.parse(text) as Record<string, unknown>;
        },
      });
    });
  });
  outgoing.end(body);
  return promise;
}

/** LiveKit's part: tokens that say what was asked for. */
export function testLivekit(changes: Partial<LivekitOptions> = {}): LivekitOptions {
  return {
    url: "ws://127.0.0.1:7880",
    publicUrl: "ws://127.0.0.1:7880",
    agentName: "sightline",
    issueToken: async (request) => ({ token: JSON.stringify(request), expiresAtMs: 1_800_000_000_000 }),
    isInCall: async () => false,
    ...changes,
  };
}

/** A ledger without a file. */
export function memoryLedger(entries: LedgerEntry[] = []): LedgerStore {
  const of = (caller: string) => entries.filter((entry) => entry.caller === caller);
  return {
    add: (entry) => void entries.unshift(entry),
    ofCaller: async (caller, { limit = 50, call } = {}) =>
      of(caller)
        .filter((entry) => call === undefined || entry.call === call)
        .slice(0, limit),
    async forget(caller) {
      const own = of(caller);
      for (const entry of own) entries.splice(entries.indexOf(entry), 1);
      return own.length;
    },
    close: async () => undefined,
  };
}

function testPage(): string {
  const dir = mkdtempSync(join(tmpdir(), "sightline-page-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, "assets"));
  writeFileSync(join(dir, "index.html"), "<!doctype html><title>Sightline</title>");
  writeFileSync(join(dir, ".hidden"), "not for the page");
  writeFileSync(join(dir, "assets", "main-abc123.js"), SCRIPT);
  writeFileSync(join(dir, "assets", "main-abc123.js.br"), brotliCompressSync(SCRIPT));
  writeFileSync(join(dir, "assets", "main-abc123.js.gz"), gzipSync(SCRIPT));
  return dir;
}
