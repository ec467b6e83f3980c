import type { LivekitAccess } from "../../../orchestrator/transports/livekit/tokens.ts";
import { startRealLivekit } from "../../standins/livekit-server.ts";

export interface TestServer {
  readonly access: LivekitAccess;
  /** Ends the server like a crash. */
  kill(): Promise<void>;
  /** Starts it again on the same ports, with the same keys. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** A real LiveKit server that can crash and come back. */
export async function startTestServer(): Promise<TestServer> {
  let server = await startRealLivekit();
  const { url, apiKey, apiSecret, port, mediaPort } = server;
  return {
    access: { url, apiKey, apiSecret },
    kill: () => server.close(),
    async start() {
      server = await startRealLivekit({ port, mediaPort, apiKey, apiSecret });
    },
    close: () => server.close(),
  };
}
