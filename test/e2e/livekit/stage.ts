import { RoomServiceClient, AgentDispatchClient } from "livekit-server-sdk";
import { createLog } from "../../../orchestrator/log.ts";
import {
  createAgent,
  type Agent,
  type AgentOptions,
} from "../../../orchestrator/transports/livekit/agent.ts";
import {
  createRoomService,
  type RoomService,
} from "../../../orchestrator/transports/livekit/room-service.ts";
import { apiUrl, type LivekitAccess } from "../../../orchestrator/transports/livekit/tokens.ts";
import { createFakeCalls, type FakeCalls } from "./fake-call.ts";
import { createMemoryStore } from "./memory-store.ts";
import { startTestServer, type TestServer } from "./server.ts";

export const AGENT = "sightline";
export const testLog = createLog(process.env["TEST_LOG"] ?? "silent");

/** A server, an agent with calls that only play and record, and the server's own API. */
export interface Stage {
  readonly server: TestServer;
  readonly access: LivekitAccess;
  readonly rooms: RoomServiceClient;
  readonly dispatches: AgentDispatchClient;
  readonly service: RoomService;
  close(): Promise<void>;
}

export interface StagedAgent {
  readonly agent: Agent;
  readonly calls: FakeCalls;
  readonly store: ReturnType<typeof createMemoryStore>;
}

/** Machine use is not looked at: whatever else the machine does, these tests mean the calls. */
const calm = {
  read: () => ({ lagMs: 0, loopLagMs: 0, stallMs: 0, loopUse: 0, machineUse: 0, ownUse: 0, residentMb: 100 }),
  close: () => {},
};

export async function openStage(): Promise<Stage> {
  const server = await startTestServer();
  const { access } = server;
  return {
    server,
    access,
    rooms: new RoomServiceClient(apiUrl(access.url), access.apiKey, access.apiSecret),
    dispatches: new AgentDispatchClient(apiUrl(access.url), access.apiKey, access.apiSecret),
    service: createRoomService(access),
    close: () => server.close(),
  };
}

export async function startAgent(
  { access }: Stage,
  options: Partial<AgentOptions> & { readonly drainMs?: number } = {},
): Promise<StagedAgent> {
  const calls = createFakeCalls({ drainMs: options.drainMs ?? 0 });
  const store = createMemoryStore();
  const agent = createAgent({
    access,
    agent: { name: AGENT, maxCalls: 8, recycleMb: 4000 },
    process: "one",
    store,
    startCall: calls.start,
    gauge: calm,
    log: testLog,
    ...options,
  });
  await agent.registered;
  return { agent, calls, store };
}
