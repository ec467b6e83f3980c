import { sleep } from "../../lib/abortable.ts";
import type { Logger } from "../../log.ts";
import type { RoomService } from "./room-service.ts";
import { roomTag } from "./room-tag.ts";

export interface SweepOptions {
  readonly service: RoomService;
  readonly agentName: string;
  readonly log: Logger;
  /** Between two looks; each ± 25 %, so that several machines do not act in the same moment. Default: 3 s. */
  readonly intervalMs?: number;
  readonly now?: () => number;
}

export interface Sweep {
  /** Looks now, besides looking by itself. */
  readonly sweep: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const INTERVAL_MS = 3000;
/** A room is asked for again after this, then after twice as long, up to the longest. */
const RETRY_MS = 4000;
const MAX_RETRY_MS = 10_000;
/** Rooms that are looked at in one sweep; the next begins with the others. */
const MAX_LOOKS = 200;

/** A room with somebody in it who asked for the agent, and no agent. */
interface Lonely {
  /** What whoever asked wanted to tell. */
  readonly metadata: string;
  tries: number;
  nextAtMs: number;
}

/**
 * Finds rooms with a caller and no agent, and asks for one again: a server offers a job once, and when
 * no worker took it nobody ever comes. Only rooms that asked for our agent are touched.
 */
export function createSweep(options: SweepOptions): Sweep {
  const { service, agentName, log } = options;
  const now = options.now ?? (() => performance.now());
  const intervalMs = options.intervalMs ?? INTERVAL_MS;
  const closing = new AbortController();
  const lonely = new Map<string, Lonely>();
  let first = 0;

  const sweep = async (): Promise<void> => {
    const rooms = await service.rooms();
    for (const room of lonely.keys()) if (!rooms.includes(room)) lonely.delete(room);
    first = rooms.length > MAX_LOOKS ? (first + MAX_LOOKS) % rooms.length : 0;
    const turn = [...rooms.slice(first), ...rooms.slice(0, first)].slice(0, MAX_LOOKS);
    for (const room of turn) if (!closing.signal.aborted) await look(room).catch(() => {});
  };

  const look = async (room: string): Promise<void> => {
    const { persons, hasAgent, dispatches } = await service.look(room, agentName);
    const known = lonely.get(room);
    const metadata = known?.metadata ?? dispatches.at(-1)?.metadata;
    if (hasAgent || persons.length === 0 || metadata === undefined) {
      lonely.delete(room);
      return;
    }
    // An agent may be on its way: nothing is done at the first sight.
    if (!known) {
      lonely.set(room, { metadata, tries: 0, nextAtMs: now() });
      return;
    }
    if (now() < known.nextAtMs) return;
    known.nextAtMs = now() + Math.min(RETRY_MS * 2 ** known.tries, MAX_RETRY_MS);
    known.tries++;
    // The old request first: a job of it that is still on its way must not come as a second agent.
    await service.forget(room, agentName);
    await service.dispatch(room, agentName, known.metadata);
    log.warn({ room: roomTag(room), tries: known.tries }, "a room without its agent; asked for one again");
  };

  const keep = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await sleep(intervalMs * (0.75 + Math.random() / 2), closing.signal).catch(() => {});
      if (!closing.signal.aborted) await sweep().catch(() => {});
    }
  };
  const kept = keep();

  return {
    sweep,
    async close() {
      closing.abort();
      await kept;
    },
  };
}
