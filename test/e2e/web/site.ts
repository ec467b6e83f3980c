import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AccessToken } from "livekit-server-sdk";
import { build } from "vite";
import type { Ask } from "../../../orchestrator/http/ask.ts";
import { createGateway } from "../../../orchestrator/http/gateway.ts";
import { createLog } from "../../../orchestrator/log.ts";
import type { LedgerEntry } from "../../../orchestrator/store/ledger.ts";

const PROJECT = join(import.meta.dirname, "../../..");

/** A LiveKit server and what happens when somebody was let into a room of it. */
export interface SiteLivekit {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly onRoom?: (room: string) => void;
}

export interface SiteOptions {
  readonly livekit?: SiteLivekit;
  readonly accessCode?: string;
  readonly speech?: { readonly ear: string | null; readonly voice: string | null };
  readonly ask?: Ask;
  readonly entries?: readonly LedgerEntry[];
}

export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

let built: Promise<string> | undefined;

/** Builds the page once, into a folder of its own. */
export function builtPage(): Promise<string> {
  built ??= mkdtemp(join(tmpdir(), "sightline-page-")).then(async (outDir) => {
    await build({ configFile: join(PROJECT, "web/vite.config.ts"), logLevel: "error", build: { outDir } });
    return outDir;
  });
  return built;
}

/** The real gateway on a free port with the built page; engines and ledger are what the test gives it. */
export async function startSite(options: SiteOptions = {}): Promise<Site> {
  const { livekit, accessCode, entries = [] } = options;
  let left = entries;
  let inCall = "";
  const gateway = await createGateway({
    host: "127.0.0.1",
    port: 0,
    publicOrigins: undefined,
    accessCode,
    tls: undefined,
    drainMs: 0,
    secret: "a secret of the tests",
    pageDir: await builtPage(),
    livekit: livekit && {
      agentName: "sightline",
      url: livekit.url,
      publicUrl: livekit.url,
      isReachable: async () => true,
      isInCall: async (room) => room === inCall,
      async issueToken({ identity, room }) {
        const token = new AccessToken(livekit.apiKey, livekit.apiSecret, { identity, ttl: 600 });
        token.addGrant({ roomJoin: true, room });
        livekit.onRoom?.(room);
        inCall = room;
        return { token: await token.toJwt(), expiresAtMs: Date.now() + 600_000 };
      },
    },
    ask: options.ask ?? (async () => {}),
    ledger: {
      add: () => {},
      ofCaller: async () => left,
      forget: async () => {
        const deleted = left.length;
        left = [];
        return deleted;
      },
      close: async () => {},
    },
    retentionDays: 30,
    about: {
      version: "test",
      language: "en",
      speech: options.speech ?? { ear: "deepgram", voice: "espeak" },
    },
    health: {
      checks: {},
      essential: [],
      metrics: async () => ({ contentType: "text/plain", text: "" }),
      metricsToken: undefined,
    },
    log: createLog("silent"),
    limits: {},
  });
  return { url: await gateway.listen(), close: () => gateway.close() };
}
