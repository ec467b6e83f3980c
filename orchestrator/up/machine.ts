import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { dirname } from "node:path";
import { onPath } from "../assets/on-path.ts";
import { runProgram } from "../assets/run-program.ts";
import { DOCKER_QUESTIONS, toDocker } from "./docker-says.ts";
import { GPU_QUESTIONS, toGpus } from "./nvidia-smi.ts";
import type { DiskRoom, DockerAnswer, GpuAnswer, WantedPort } from "./preflight.ts";

// The one place that looks at the machine; it changes nothing.

export interface LookOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** A driver that is ill may hang. */
const ASK_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 1000;

/** Asks `nvidia-smi` for GPUs, their slices and who uses them. */
export async function lookAtGpus(options: LookOptions): Promise<GpuAnswer> {
  const program = await onPath("nvidia-smi", options.environment["PATH"]);
  if (program === undefined) return { state: "missing" };
  const ask = (question: readonly string[]) =>
    runProgram([program, ...question], { ...options, timeoutMs: ASK_TIMEOUT_MS });
  const gpus = await ask(GPU_QUESTIONS.gpus);
  // It says most faults on its standard output.
  if (gpus.reason !== undefined) {
    return { state: "failed", said: gpus.stdout.trim().split("\n").join(" ") || gpus.reason };
  }
  const [processes, slices] = await Promise.all([ask(GPU_QUESTIONS.processes), ask(GPU_QUESTIONS.slices)]);
  return {
    state: "answered",
    gpus: toGpus({ gpus: gpus.stdout, processes: processes.stdout, slices: slices.stdout }),
  };
}

/** Asks `docker` for its engine and its compose plugin. */
export async function lookAtDocker(options: LookOptions): Promise<DockerAnswer> {
  const program = await onPath("docker", options.environment["PATH"]);
  if (program === undefined) return { state: "missing" };
  const ask = (question: readonly string[]) =>
    runProgram([program, ...question], { ...options, timeoutMs: ASK_TIMEOUT_MS });
  const [info, compose] = await Promise.all([ask(DOCKER_QUESTIONS.info), ask(DOCKER_QUESTIONS.compose)]);
  return { state: "answered", ...toDocker({ info, compose }) };
}

/** Whether NVIDIA's container toolkit is installed. */
export async function hasToolkit({ environment }: LookOptions): Promise<boolean> {
  return (await onPath("nvidia-ctk", environment["PATH"])) !== undefined;
}

/** Free bytes where a folder is or would be made. */
export async function roomAt(wanted: Omit<DiskRoom, "freeBytes">): Promise<DiskRoom> {
  let folder = wanted.path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const freeBytes = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
  return { ...wanted, freeBytes };
}

/** Those of the ports that somebody has. */
export async function takenOf(ports: readonly WantedPort[], host: string): Promise<readonly WantedPort[]> {
  const free = await Promise.all(
    ports.map(({ port, protocol }) => (protocol === "tcp" ? isFreeTcp(port, host) : isFreeUdp(port, host))),
  );
  return ports.filter((_, index) => free[index] === false);
}

async function isFreeTcp(port: number, host: string): Promise<boolean> {
  const server = createServer().listen({ port, host });
  return once(server, "listening").then(
    async () => {
      server.close();
      await once(server, "close");
      return true;
    },
    // Below 1024 only the engine may listen, not whoever asks it to.
    (error: NodeJS.ErrnoException) => error.code === "EACCES" && isSilent(port, host),
  );
}

async function isSilent(port: number, host: string): Promise<boolean> {
  const socket = connect({ port, host, timeout: CONNECT_TIMEOUT_MS });
  return new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(false));
    socket.once("timeout", () => resolve(true));
    socket.once("error", () => resolve(true));
  }).finally(() => socket.destroy());
}

async function isFreeUdp(port: number, host: string): Promise<boolean> {
  const socket = createSocket("udp4");
  const bound = once(socket, "listening").then(
    () => true,
    () => false,
  );
  socket.bind(port, host);
  const free = await bound;
  await new Promise<void>((resolve) => void socket.close(() => resolve()));
  return free;
}
