import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, stat, statfs } from "node:fs/promises";
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
const CONTAINERD_CONFIG = "/etc/containerd/config.toml";

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
  const [info, compose, containerdConfig] = await Promise.all([
    ask(DOCKER_QUESTIONS.info),
    ask(DOCKER_QUESTIONS.compose),
    readFile(CONTAINERD_CONFIG, "utf8").catch(() => ""),
  ]);
  return { state: "answered", ...toDocker({ info, compose, containerdConfig }) };
}

/** Whether NVIDIA's container toolkit is installed. */
export async function hasToolkit({ environment }: LookOptions): Promise<boolean> {
  return (await onPath("nvidia-ctk", environment["PATH"])) !== undefined;
}

/** Free bytes where folders are or would be made; those of one file system share its room. */
export async function roomsAt(wanted: readonly Omit<DiskRoom, "freeBytes">[]): Promise<readonly DiskRoom[]> {
  const rooms = new Map<number | string, DiskRoom>();
  for (const { path, use, neededBytes } of wanted) {
    const { system, freeBytes } = await fileSystemOf(path);
    const first = rooms.get(system);
    rooms.set(
      system,
      first
        ? {
            path: first.path === path ? path : `${first.path} and ${path}`,
            use: `${first.use}, ${use}`,
            neededBytes: first.neededBytes + neededBytes,
            freeBytes,
          }
        : { path, use, neededBytes, freeBytes },
    );
  }
  return [...rooms.values()];
}

/** One that cannot be looked at counts for itself. */
async function fileSystemOf(
  path: string,
): Promise<{ readonly system: number | string; readonly freeBytes: number | undefined }> {
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  try {
    const [{ dev }, { bavail, bsize }] = await Promise.all([stat(folder), statfs(folder)]);
    return { system: dev, freeBytes: bavail * bsize };
  } catch {
    return { system: path, freeBytes: undefined };
  }
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
