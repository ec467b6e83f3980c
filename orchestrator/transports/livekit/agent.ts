import { availableParallelism } from "node:os";
import type { AgentConfig } from "../../config.ts";
import type { CallEnd } from "../../session/call-events.ts";
import type { StoredCall } from "../../store/calls.ts";
import { admit, full, type Admission } from "./admission.ts";
import { createProcessGauge, type ProcessGauge } from "./gauge.ts";
import { createHeldRooms } from "./held-rooms.ts";
import { createRoomService, type RoomService } from "./room-service.ts";
import type { RoomCall, RoomCallDeps, RoomTask } from "./room-call.ts";
import { serveRoom } from "./serve-room.ts";
import { createWorker, type Assignment, type Job } from "./worker.ts";

export interface AgentOptions extends Omit<RoomCallDeps, "agentName" | "service"> {
  readonly agent: Pick<AgentConfig, "name" | "maxCalls" | "recycleMb">;
  /** Memory nears its limit: another process should take our place. */
  readonly onRetire?: () => void;
  readonly gauge?: ProcessGauge;
  readonly service?: RoomService;
}

/** A process's numbers, for its metrics. */
export interface AgentNumbers {
  readonly calls: number;
  readonly lagMs: number;
  readonly loopLagMs: number;
  /** Longest stall of the event loop in the last seconds. */
  readonly stallMs: number;
  readonly loopUse: number;
  readonly residentMb: number;
  readonly load: number;
  readonly reason: Admission["reason"];
  readonly registered: boolean;
  /** It takes no more calls and will end. */
  readonly draining: boolean;
  /** Jobs that were refused since the start. */
  readonly refused: number;
}

export interface DrainLimits {
  /** Calls that still run then are ended when their sentence is said, with a goodbye. */
  readonly withinMs: number;
  /** Whether the callers are told that their calls have to end. */
  readonly announced: boolean;
}

/** A process that serves calls. */
export interface Agent {
  /** Resolves when the server knows us. */
  readonly registered: Promise<string>;
  rooms(): readonly RoomCall[];
  numbers(): AgentNumbers;
  /** Takes up the call of a process that died; false when we cannot. */
  takeUp(orphan: StoredCall): Promise<boolean>;
  /** Takes no more calls, and resolves when those that run have ended. Called again, the earlier limit counts. */
  drain(limits: DrainLimits): Promise<void>;
  /** Ends all calls now. */
  end(reason: CallEnd): Promise<void>;
}

/** Share of the memory limit at which another process is started, before calls have to be refused. */
const RETIRE_AT = 0.9;
/** Room for a word about it, and for what is talked about meanwhile. */
const WORTH_TELLING_MS = 60_000;
/** What callers are told is "in a few minutes": not earlier than this before the end. */
const SOON_MS = 600_000;

/** How often a drain that is over looks for a promised room that has come at last. */
const DRAIN_CHECK_MS = 200;

/** Creates the agent of this process: a worker of the server, and the calls that it gets. */
export function createAgent(options: AgentOptions): Agent {
  const { agent, access, log } = options;
  const service = options.service ?? createRoomService(access);
  const rooms = createHeldRooms(() => worker.reportLoad());
  const jobs = new Map<string, { readonly dispatchId: string; readonly room: RoomCall }>();
  const cores = availableParallelism();
  let draining = false;
  let retiring = false;
  let refused = 0;
  let last: Admission = full("draining");

  const lagMs = (): number => Math.max(0, ...rooms.all().map((room) => room.call()?.lagMs() ?? 0));
  const gauge = options.gauge ?? createProcessGauge(lagMs);

  const assess = (): Admission => {
    const was = last;
    const { calls, young, cameras } = rooms.count();
    const pressure = { ...gauge.read(), cores, calls, youngCalls: young, cameras };
    last = draining ? full("draining") : admit(pressure, agent, was.accept || was.reason === "draining");
    if (was.reason !== last.reason) log.info({ reason: last.reason, calls, load: last.load }, "admission");
    if (pressure.residentMb >= agent.recycleMb * RETIRE_AT && !retiring) {
      retiring = true;
      options.onRetire?.();
    }
    return last;
  };

  const serve = (task: RoomTask): RoomCall => {
    const room = serveRoom(task, { ...options, agentName: agent.name, service });
    rooms.add(room);
    return room;
  };

  const offer = ({ id, room }: Job): "take" | "refuse" | "done" => {
    if (rooms.all().some(({ task }) => task.room === room)) return "done";
    if (!assess().accept) {
      refused++;
      return "refuse";
    }
    rooms.promise(id);
    return "take";
  };

  const onAssigned = async ({ id, ...task }: Assignment): Promise<void> => {
    rooms.settle(id);
    const room = serve({ ...task, onLeaving: (why) => worker.ended(id, toJobEnd(why)) });
    jobs.set(id, { dispatchId: task.dispatchId, room });
    void room.ended.then(() => jobs.delete(id));
    if (await room.entered) worker.started(id);
    // Promised before the drain began: whoever is there is served.
    if (draining) room.retire();
  };

  /** A job ends too when our agent enters its room anew: only one whose request was taken back is over. */
  const onTerminated = async (jobId: string): Promise<void> => {
    const job = jobs.get(jobId);
    if (!job) return;
    const { dispatches } = await service.look(job.room.task.room, agent.name);
    if (!dispatches.some(({ id }) => id === job.dispatchId)) await job.room.end("removed");
  };

  const worker = createWorker({
    access,
    agentName: agent.name,
    log,
    offer,
    onAssigned: (assignment) => void onAssigned(assignment),
    onMissed: (id) => rooms.settle(id),
    onTerminated: (id) => void onTerminated(id).catch(() => {}),
    load() {
      const { load, accept } = assess();
      return { load, full: !accept };
    },
  });

  return {
    registered: worker.registered,
    rooms: () => rooms.all(),
    numbers() {
      const { loopLagMs, stallMs, loopUse, residentMb } = gauge.read();
      return {
        calls: rooms.all().filter((room) => room.call()).length,
        lagMs: lagMs(),
        loopLagMs,
        stallMs,
        loopUse,
        residentMb,
        load: last.load,
        reason: last.reason,
        registered: worker.isRegistered(),
        draining,
        refused,
      };
    },
    takeUp: (orphan) => serve({ room: orphan.room, url: access.url, identity: orphan.agent, orphan }).entered,
    async drain({ withinMs, announced }) {
      draining = true;
      worker.reportLoad();
      for (const room of rooms.all()) room.retire();
      const announce = (): void => {
        for (const room of rooms.all())
          void room
            .call()
            ?.announceEnd()
            .catch(() => {});
      };
      const isTold = announced && withinMs >= WORTH_TELLING_MS;
      if (isTold && withinMs <= SOON_MS) announce();
      const telling = isTold && withinMs > SOON_MS ? setTimeout(announce, withinMs - SOON_MS) : undefined;
      await rooms.emptied(withinMs);
      clearTimeout(telling);
      do await Promise.all(rooms.all().map((room) => room.drain()));
      while (!(await rooms.emptied(DRAIN_CHECK_MS)));
      await close();
    },
    async end(reason) {
      draining = true;
      worker.reportLoad();
      await Promise.all(rooms.all().map((room) => room.end(reason)));
      await close();
    },
  };

  async function close(): Promise<void> {
    gauge.close();
    await worker.close();
  }
}

function toJobEnd(why: string): "done" | "failed" {
  return why === "failed" || why === "not-entered" ? "failed" : "done";
}
