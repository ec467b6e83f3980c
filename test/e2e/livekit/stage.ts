import { RoomServiceClient, AgentDispatchClient } from "livekit-server-sdk";
import { afterAll, beforeAll } from "vitest";
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

/** What `startAgent` takes beyond its stage. */
export type StagedOptions = Partial<AgentOptions> & { readonly drainMs?: number };

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

export async function startAgent({ access }: Stage, options: StagedOptions = {}): Promise<StagedAgent> {
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

/** A stage with one agent for the tests of this file. */
export function withStage(options: StagedOptions = {}): {
  readonly stage: () => Stage;
  readonly staged: () => StagedAgent;
} {
  let stage: Stage | undefined;
  let staged: StagedAgent | undefined;
  beforeAll(async () => {
    stage = await openStage();
    staged = await startAgent(stage, options);
  });
  afterAll(async () => {
    await staged?.agent.end("shutdown");
    await stage?.close();
  });
  return { stage: () => opened(stage), staged: () => opened(staged) };
}

function opened<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error("the stage is not open yet");
  return part;
}

/** How many agents are in a room. */
export async function agentsIn(rooms: RoomServiceClient, room: string): Promise<number> {
  const participants = await rooms.listParticipants(room);
  return participants.filter(({ permission }) => permission?.agent === true).length;
}
