import {
  JobStatus,
  JobType,
  ParticipantPermission,
  RegisterWorkerRequest,
  UpdateJobStatus,
  UpdateWorkerStatus,
  WorkerStatus,
  AvailabilityResponse,
  type Job as ProtocolJob,
} from "@livekit/protocol";
import type { Logger } from "../../log.ts";
import { AGENT_NAME_ATTRIBUTE, type LivekitAccess } from "./tokens.ts";
import {
  openWorkerSocket,
  type ServerWord,
  type WorkerSocketTiming,
  type WorkerWord,
} from "./worker-socket.ts";

/** A room that asks for our agent. */
export interface Job {
  readonly id: string;
  readonly dispatchId: string;
  readonly room: string;
  /** What whoever dispatched wanted to tell. */
  readonly metadata: string;
}

/** A job that is ours, and the way into its room. */
export interface Assignment extends Job {
  readonly url: string;
  readonly token: string;
  readonly identity: string;
}

export interface WorkerLoad {
  /** 0–1: LiveKit gives calls to the less loaded, and none at 0.7 or above. */
  readonly load: number;
  readonly full: boolean;
}

export type JobEnd = "done" | "failed";

export interface WorkerOptions {
  readonly access: LivekitAccess;
  readonly agentName: string;
  readonly log: Logger;
  /** Decided at once: `refuse` leaves the job to another worker, `done` says that its room is served already. */
  offer(job: Job): "take" | "refuse" | "done";
  onAssigned(assignment: Assignment): void;
  /** A job that was taken and will not come: its slot is free again. */
  onMissed(jobId: string): void;
  /** The server ended the job, or saw our agent leave its room. */
  onTerminated(jobId: string): void;
  load(): WorkerLoad;
  readonly timing?: Partial<WorkerSocketTiming & { readonly assignmentMs: number; readonly loadMs: number }>;
}

/** A worker of a LiveKit server: gets jobs, reports load and how jobs ended. */
export interface Worker {
  /** Resolves with the worker's id at the first registration. */
  readonly registered: Promise<string>;
  isRegistered(): boolean;
  /** The job's agent is in the room. */
  started(jobId: string): void;
  ended(jobId: string, end: JobEnd): void;
  /** Reports the load now instead of at the next tick. */
  reportLoad(): void;
  close(): Promise<void>;
}

/** The server gives up on an answer, and on a join that does not come, after ten seconds. */
const ASSIGNMENT_MS = 10_000;
/** Twice a second: dispatch goes by the last load that was told. */
const LOAD_MS = 500;
const VERSION = "1.0.0";

/** Registers with the server as a worker for rooms, again after every loss; running calls do not notice. */
export function createWorker(options: WorkerOptions): Worker {
  const { access, agentName, log } = options;
  const assignmentMs = options.timing?.assignmentMs ?? ASSIGNMENT_MS;
  const registration = Promise.withResolvers<string>();
  /** Jobs that we said yes to: identity that we asked for, and when to stop waiting. */
  const promised = new Map<string, { readonly identity: string; readonly timer: NodeJS.Timeout }>();
  let isRegistered = false;
  let closing = false;

  const miss = (jobId: string): void => {
    const promise = promised.get(jobId);
    if (!promise) return;
    clearTimeout(promise.timer);
    promised.delete(jobId);
    options.onMissed(jobId);
  };

  const answer = (job: ProtocolJob): void => {
    const decision = promised.has(job.id) ? "refuse" : options.offer(toJob(job));
    const available = decision === "take";
    const identity = `agent-${job.id}`;
    if (available) {
      promised.set(job.id, { identity, timer: setTimeout(() => miss(job.id), assignmentMs) });
    }
    send({
      case: "availability",
      value: new AvailabilityResponse({
        jobId: job.id,
        available,
        terminate: decision === "done",
        participantIdentity: identity,
        participantName: agentName,
        participantAttributes: { [AGENT_NAME_ATTRIBUTE]: agentName },
      }),
    });
    reportLoad();
  };

  const onWord = (word: ServerWord): void => {
    switch (word.case) {
      case "register":
        isRegistered = true;
        log.info({ worker: word.value.workerId, agent: agentName }, "worker registered");
        registration.resolve(word.value.workerId);
        reportLoad();
        return;
      case "availability":
        if (word.value.job) answer(word.value.job);
        return;
      case "assignment": {
        const { job, token, url } = word.value;
        const promise = job && promised.get(job.id);
        if (!promise) return;
        clearTimeout(promise.timer);
        promised.delete(job.id);
        options.onAssigned({ ...toJob(job), identity: promise.identity, token, url: url || access.url });
        return;
      }
      case "termination":
        miss(word.value.jobId);
        options.onTerminated(word.value.jobId);
        return;
      case "pong":
      case undefined:
        return;
    }
  };

  const socket = openWorkerSocket({
    access,
    log,
    ...(options.timing && { timing: options.timing }),
    onOpen: (sendFirst) => sendFirst({ case: "register", value: toRegistration(agentName) }),
    onWord,
    onLost: () => {
      isRegistered = false;
      for (const jobId of promised.keys()) miss(jobId);
      if (!closing) log.warn("worker socket lost; running calls go on");
    },
  });
  const send = (word: WorkerWord): void => {
    if (isRegistered) socket.send(word);
  };
  const reportLoad = (): void => {
    const { load, full } = options.load();
    const status = full ? WorkerStatus.WS_FULL : WorkerStatus.WS_AVAILABLE;
    send({ case: "updateWorker", value: new UpdateWorkerStatus({ load, status }) });
  };
  const updateJob = (jobId: string, status: JobStatus): void =>
    send({ case: "updateJob", value: new UpdateJobStatus({ jobId, status }) });
  const ticking = setInterval(reportLoad, options.timing?.loadMs ?? LOAD_MS);

  return {
    registered: registration.promise,
    isRegistered: () => isRegistered,
    started: (jobId) => updateJob(jobId, JobStatus.JS_RUNNING),
    ended: (jobId, end) => updateJob(jobId, end === "done" ? JobStatus.JS_SUCCESS : JobStatus.JS_FAILED),
    reportLoad,
    async close() {
      closing = true;
      clearInterval(ticking);
      for (const { timer } of promised.values()) clearTimeout(timer);
      promised.clear();
      await socket.close();
    },
  };
}

function toJob({ id, dispatchId, room, metadata }: ProtocolJob): Job {
  return { id, dispatchId, room: room?.name ?? "", metadata };
}

function toRegistration(agentName: string): RegisterWorkerRequest {
  return new RegisterWorkerRequest({
    type: JobType.JT_ROOM,
    agentName,
    version: VERSION,
    allowedPermissions: new ParticipantPermission({
      canPublish: true,
      canSubscribe: true,
      canPublishData: true,
      canUpdateMetadata: true,
      agent: true,
    }),
  });
}
