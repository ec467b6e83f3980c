import type { AgentConfig } from "../../config.ts";
import type { CallEnd } from "../../session/call-events.ts";
import type { StoredCall } from "../../store/calls.ts";
import type { PastTurn } from "../../turn/turn.ts";
import { admit, full, type Admission } from "./admission.ts";
import { createProcessGauge, type ProcessGauge } from "./gauge.ts";
import { createRoomService, type RoomService } from "./room-service.ts";
import { serveRoom, type RoomCall, type RoomCallDeps, type RoomTask } from "./room-call.ts";
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
  readonly loopUse: number;
  readonly residentMb: number;
  readonly load: number;
  readonly reason: Admission["reason"];
  readonly registered: boolean;
  /** Jobs that were refused since the start. */
  readonly refused: number;
}

/** A process that serves calls. */
export interface Agent {
  /** Resolves when the server knows us. */
  readonly registered: Promise<string>;
  rooms(): readonly RoomCall[];
  numbers(): AgentNumbers;
  /** Keeps what was said so far in a call, for a process that may have to take it up. */
  remember(callId: string, history: readonly PastTurn[]): void;
  /** Takes up the call of a process that died; false when we cannot. */
  takeUp(orphan: StoredCall): Promise<boolean>;
  /** Takes no more calls, and resolves when those that run have ended. */
  drain(): Promise<void>;
  /** Ends all calls now. */
  end(reason: CallEnd): Promise<void>;
}

/** Share of the memory limit at which another process is started, before calls have to be refused. */
const RETIRE_AT = 0.9;
/** Until then a call's share does not show in what is measured. */
const YOUNG_MS = 2000;

/** Creates the agent of this process: a worker of the server, and the calls that it gets. */
export function createAgent(options: AgentOptions): Agent {
  const { agent, access, log } = options;
  const service = options.service ?? createRoomService(access);
  const rooms = new Map<RoomCall, number>();
  const promised = new Set<string>();
  const jobs = new Map<string, { readonly dispatchId: string; readonly room: RoomCall }>();
  let draining = false;
  let retiring = false;
  let refused = 0;
  let last: Admission = full("draining");

  const lagMs = (): number => Math.max(0, ...[...rooms.keys()].map((room) => room.call()?.lagMs() ?? 0));
  const gauge = options.gauge ?? createProcessGauge(lagMs);

  const assess = (): Admission => {
    const since = performance.now() - YOUNG_MS;
    const busy = [...rooms].filter(([room]) => room.isBusy());
    const young = busy.filter(([, startedAtMs]) => startedAtMs > since).length;
    const was = last;
    const calls = busy.length + promised.size;
    const pressure = { ...gauge.read(), calls, youngCalls: young + promised.size };
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
    rooms.set(room, performance.now());
    void room.ended.then(() => {
      rooms.delete(room);
      worker.reportLoad();
    });
    return room;
  };

  const offer = ({ id, room }: Job): "take" | "refuse" | "done" => {
    if ([...rooms.keys()].some(({ task }) => task.room === room)) return "done";
    if (!assess().accept) {
      refused++;
      return "refuse";
    }
    promised.add(id);
    return "take";
  };

  const onAssigned = async ({ id, ...task }: Assignment): Promise<void> => {
    promised.delete(id);
    const room = serve({ ...task, onLeaving: (why) => worker.ended(id, toJobEnd(why)) });
    jobs.set(id, { dispatchId: task.dispatchId, room });
    void room.ended.then(() => jobs.delete(id));
    if (await room.entered) worker.started(id);
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
    onMissed: (id) => promised.delete(id),
    onTerminated: (id) => void onTerminated(id).catch(() => {}),
    load() {
      const { load, accept } = assess();
      return { load, full: !accept };
    },
  });

  return {
    registered: worker.registered,
    rooms: () => [...rooms.keys()],
    numbers() {
      const { loopLagMs, loopUse, residentMb } = gauge.read();
      return {
        calls: [...rooms.keys()].filter((room) => room.call()).length,
        lagMs: lagMs(),
        loopLagMs,
        loopUse,
        residentMb,
        load: last.load,
        reason: last.reason,
        registered: worker.isRegistered(),
        refused,
      };
    },
    remember(callId, history) {
      for (const room of rooms.keys()) if (room.call()?.id === callId) room.remember(history);
    },
    takeUp: (orphan) => serve({ room: orphan.room, url: access.url, identity: orphan.agent, orphan }).entered,
    async drain() {
      draining = true;
      worker.reportLoad();
      await Promise.all([...rooms.keys()].map((room) => room.drain()));
      while (rooms.size > 0) await Promise.all([...rooms.keys()].map((room) => room.drain()));
      await close();
    },
    async end(reason) {
      draining = true;
      worker.reportLoad();
      await Promise.all([...rooms.keys()].map((room) => room.end(reason)));
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
