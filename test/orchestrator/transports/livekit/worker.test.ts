import { setTimeout as wait } from "node:timers/promises";
import { JobStatus, WorkerStatus } from "@livekit/protocol";
import { TokenVerifier } from "livekit-server-sdk";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLog } from "../../../../orchestrator/log.ts";
import {
  createWorker,
  type Assignment,
  type Worker,
  type WorkerOptions,
} from "../../../../orchestrator/transports/livekit/worker.ts";
import {
  startWorkerServer,
  type WorkerServer,
  type WorkerWord,
} from "../../../standins/livekit-worker-server.ts";

const SECRET = "a secret of at least thirty-two characters";
/** Silence and a job that does not come are waited for longer than this process may be stalled. */
const quick = {
  backoffMs: 10,
  maxBackoffMs: 40,
  pingMs: 20,
  silenceMs: 1000,
  assignmentMs: 1000,
  loadMs: 20,
};
/** Longest wait for what comes of it. */
const SOON_MS = 8000;

let server: WorkerServer;
let worker: Worker | undefined;
const assigned: Assignment[] = [];
const missed: string[] = [];
const terminated: string[] = [];

beforeEach(async () => {
  server = await startWorkerServer();
});

afterEach(async () => {
  await worker?.close();
  await server.close();
  for (const list of [assigned, missed, terminated]) list.splice(0);
});

async function start(options: Partial<WorkerOptions> = {}): Promise<Worker> {
  worker = createWorker({
    access: { url: server.url, apiKey: "key", apiSecret: SECRET },
    agentName: "sightline",
    log: createLog("silent"),
    offer: () => "take",
    onAssigned: (assignment) => assigned.push(assignment),
    onMissed: (jobId) => missed.push(jobId),
    onTerminated: (jobId) => terminated.push(jobId),
    load: () => ({ load: 0.25, full: false }),
    timing: quick,
    ...options,
  });
  await worker.registered;
  return worker;
}

function said<Case extends WorkerWord["case"]>(kind: Case) {
  return server.words.filter((word) => word.case === kind) as Extract<WorkerWord, { case: Case }>[];
}

test("registers with its name, what it may do, and a token that is good for nothing but that", async () => {
  await start();
  expect(server.words[0]).toMatchObject({
    case: "register",
    value: { type: 0, agentName: "sightline", allowedPermissions: { canPublish: true, agent: true } },
  });
  const claims = await new TokenVerifier("key", SECRET).verify(server.tokens[0]!.replace("Bearer ", ""));
  expect(claims.video).toEqual({ agent: true });
});

test("tells its load again and again, and whether it is full", async () => {
  let isFull = false;
  await start({ load: () => ({ load: isFull ? 1 : 0.25, full: isFull }) });
  await vi.waitFor(() => expect(said("updateWorker").length).toBeGreaterThan(3), SOON_MS);
  expect(said("updateWorker").at(-1)?.value).toMatchObject({ load: 0.25, status: WorkerStatus.WS_AVAILABLE });
  isFull = true;
  await vi.waitFor(
    () => expect(said("updateWorker").at(-1)?.value).toMatchObject({ load: 1, status: WorkerStatus.WS_FULL }),
    SOON_MS,
  );
});

test("a job that is taken comes with the way into its room, and how it goes is reported", async () => {
  const worker = await start();
  server.offer("J1", "blue");
  await vi.waitFor(() => expect(said("availability")).toHaveLength(1), SOON_MS);
  const { value } = said("availability")[0]!;
  expect(value).toMatchObject({ jobId: "J1", available: true, terminate: false });
  expect(value.participantAttributes).toEqual({ "lk.agent.name": "sightline" });
  server.assign("J1", "blue");
  await vi.waitFor(
    () =>
      expect(assigned).toEqual([
        {
          id: "J1",
          dispatchId: "AD_J1",
          room: "blue",
          metadata: "m",
          identity: value.participantIdentity,
          token: "room-token",
          url: server.url,
        },
      ]),
    SOON_MS,
  );
  worker.started("J1");
  worker.ended("J1", "done");
  worker.ended("J2", "failed");
  await vi.waitFor(
    () =>
      expect(said("updateJob").map(({ value: { jobId, status } }) => [jobId, status])).toEqual([
        ["J1", JobStatus.JS_RUNNING],
        ["J1", JobStatus.JS_SUCCESS],
        ["J2", JobStatus.JS_FAILED],
      ]),
    SOON_MS,
  );
  await wait(quick.assignmentMs + 100);
  expect(missed).toEqual([]);
});

test("a job that is refused goes to another worker; one whose room is served already is over", async () => {
  await start({ offer: ({ id }) => (id === "J1" ? "refuse" : "done") });
  server.offer("J1");
  server.offer("J2");
  await vi.waitFor(
    () =>
      expect(
        said("availability").map(({ value: { available, terminate } }) => [available, terminate]),
      ).toEqual([
        [false, false],
        [false, true],
      ]),
    SOON_MS,
  );
  server.assign("J1");
  await wait(50);
  expect(assigned).toEqual([]);
});

test("a job that was taken and does not come frees its place: late, taken back, or lost with the connection", async () => {
  await start();
  server.offer("late");
  await vi.waitFor(() => expect(missed).toEqual(["late"]), SOON_MS);
  server.offer("taken back");
  await vi.waitFor(() => expect(said("availability")).toHaveLength(2), SOON_MS);
  server.terminate("taken back");
  await vi.waitFor(() => expect(missed).toEqual(["late", "taken back"]), SOON_MS);
  server.offer("lost");
  await vi.waitFor(() => expect(said("availability")).toHaveLength(3), SOON_MS);
  server.cut();
  await vi.waitFor(() => expect(missed).toEqual(["late", "taken back", "lost"]), SOON_MS);
  expect(assigned).toEqual([]);
});

test("the same job offered twice is taken once", async () => {
  await start();
  server.offer("J1");
  server.offer("J1");
  await vi.waitFor(
    () => expect(said("availability").map(({ value: { available } }) => available)).toEqual([true, false]),
    SOON_MS,
  );
});

test.each([
  ["cut", (): void => server.cut()],
  ["garbled", (): void => server.garble()],
  ["frozen", (): void => server.freeze()],
])("a connection that is %s is made anew, and registered again", async (how, harm) => {
  const worker = await start();
  harm();
  await vi.waitFor(() => expect(server.connections()).toBeGreaterThan(1), SOON_MS);
  await vi.waitFor(() => expect(said("register").length).toBe(server.connections()), SOON_MS);
  if (how !== "frozen") await vi.waitFor(() => expect(worker.isRegistered()).toBe(true), SOON_MS);
});

test("a server that refuses is asked again, with pauses, until it takes us", async () => {
  await start();
  server.refuse(401);
  server.cut();
  await wait(300);
  expect(server.connections()).toBe(1);
  server.refuse(0);
  await vi.waitFor(() => expect(server.connections()).toBe(2), SOON_MS);
});

test("nothing is said after the end, nor before a registration is answered", async () => {
  server.freeze();
  worker = createWorker({
    access: { url: server.url, apiKey: "key", apiSecret: SECRET },
    agentName: "sightline",
    log: createLog("silent"),
    offer: () => "take",
    onAssigned: () => {},
    onMissed: () => {},
    onTerminated: () => {},
    load: () => ({ load: 0, full: false }),
    timing: { ...quick, silenceMs: 5000 },
  });
  await vi.waitFor(() => expect(said("ping").length).toBeGreaterThan(2), SOON_MS);
  expect(new Set(server.words.map((word) => word.case))).toEqual(new Set(["register", "ping"]));
  await worker.close();
  const count = server.words.length;
  await wait(100);
  expect(server.words).toHaveLength(count);
});
