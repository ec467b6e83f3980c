import {
  AgentDispatchClient,
  type ParticipantInfo,
  ParticipantInfo_State,
  RoomServiceClient,
  TwirpError,
} from "livekit-server-sdk";
import { AGENT_NAME_ATTRIBUTE, apiUrl, type LivekitAccess } from "./tokens.ts";

/** A room as the sweep sees it. */
export interface RoomState {
  /** Persons in the room, and since when: milliseconds since 1970. */
  readonly persons: readonly { readonly identity: string; readonly joinedAtMs: number }[];
  readonly hasAgent: boolean;
  /** Open requests for the agent. */
  readonly dispatches: readonly {
    readonly id: string;
    readonly metadata: string;
    readonly createdAtMs: number;
  }[];
}

/** What the server's own API is needed for. Rooms that are gone meanwhile are no fault. */
export interface RoomService {
  /** Names of the rooms that have somebody in them. */
  rooms(): Promise<readonly string[]>;
  look(room: string, agentName: string): Promise<RoomState>;
  dispatch(room: string, agentName: string, metadata: string): Promise<void>;
  /** Takes the room's requests for the agent back: nobody is to come again by themselves. */
  forget(room: string, agentName: string): Promise<void>;
  /** Sends somebody out of the room: a phone line is closed so. */
  remove(room: string, identity: string): Promise<void>;
}

const TIMEOUT_S = 5;
/** Kinds of participants, by their numbers in LiveKit's protocol: the SDK does not export their names. */
const PERSONS: ReadonlySet<number> = new Set([0, 3]);
const AGENTS: ReadonlySet<number> = new Set([4]);

/** Creates the client of a server's room and dispatch API. */
export function createRoomService({ url, apiKey, apiSecret }: LivekitAccess): RoomService {
  const rooms = createRoomClient({ url, apiKey, apiSecret }, TIMEOUT_S);
  const dispatches = new AgentDispatchClient(apiUrl(url), apiKey, apiSecret, { requestTimeout: TIMEOUT_S });
  const open = async (room: string, agentName: string) =>
    (await dispatches.listDispatch(room)).filter((dispatch) => dispatch.agentName === agentName);

  return {
    async rooms() {
      const all = await rooms.listRooms();
      return all.filter(({ numParticipants }) => numParticipants > 0).map(({ name }) => name);
    },
    async look(room, agentName) {
      const [people, asked] = await Promise.all([rooms.listParticipants(room), open(room, agentName)]);
      return {
        persons: people
          .filter(({ kind, state }) => PERSONS.has(kind) && state === ParticipantInfo_State.ACTIVE)
          .map(({ identity, joinedAt, joinedAtMs }) => ({
            identity,
            joinedAtMs: Number(joinedAtMs) || Number(joinedAt) * 1000,
          })),
        hasAgent: hasAgent(people, agentName),
        dispatches: asked.map(({ id, metadata, state }) => ({
          id,
          metadata,
          createdAtMs: Number((state?.createdAt ?? 0n) / 1_000_000n),
        })),
      };
    },
    async dispatch(room, agentName, metadata) {
      await dispatches.createDispatch(room, agentName, { metadata });
    },
    async forget(room, agentName) {
      await unlessGone(async () => {
        for (const { id } of await open(room, agentName)) await dispatches.deleteDispatch(id, room);
      });
    },
    async remove(room, identity) {
      await unlessGone(() => rooms.removeParticipant(room, identity));
    },
  };
}

/** Creates the client of a server's room API; it throws when there is no answer within so many seconds. */
export function createRoomClient(
  { url, apiKey, apiSecret }: LivekitAccess,
  requestTimeout: number,
): RoomServiceClient {
  return new RoomServiceClient(apiUrl(url), apiKey, apiSecret, { requestTimeout });
}

/** Whether an agent of this name is among them. */
export function hasAgent(people: readonly ParticipantInfo[], agentName: string): boolean {
  return people.some(
    ({ kind, attributes }) => AGENTS.has(kind) && attributes[AGENT_NAME_ATTRIBUTE] === agentName,
  );
}

async function unlessGone(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TwirpError) || error.code !== "not_found") throw error;
  }
}
