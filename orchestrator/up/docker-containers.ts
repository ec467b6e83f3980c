import { statSync } from "node:fs";
import { z } from "zod";
import { runProgram } from "../assets/run-program.ts";
import { projectEnvironment } from "../config/project-environment.ts";
import { InputError } from "../errors.ts";
import { PROJECT_DIR } from "../project.ts";
import type { ComposePlan } from "./compose-plan.ts";

/** A container of the stack, as Docker knows it. */
export interface StackContainer {
  readonly id: string;
  readonly service: string;
  readonly running: boolean;
  /** Undefined: nobody asks it. */
  readonly health: string | undefined;
  /** It is what compose would make of the service now, and has read the secrets as they are now. */
  readonly current: boolean;
  /** When it was made, in milliseconds since 1970. */
  readonly createdMs: number;
}

const ASK_TIMEOUT_MS = 30_000;
const NEVER_MS = 0;

const inspected = z.array(
  z.object({
    Id: z.string().min(1),
    Created: z.string(),
    Image: z.string(),
    State: z.object({
      Running: z.boolean(),
      StartedAt: z.string(),
      Health: z.object({ Status: z.string() }).nullish(),
    }),
    Mounts: z.array(z.object({ Source: z.string().optional(), Destination: z.string() })),
    Config: z.object({ Image: z.string(), Labels: z.record(z.string(), z.string()) }),
  }),
);

/**
 * Asks `docker` something; its answer.
 *
 * @throws {InputError} with what it said.
 */
export async function askDocker(
  plan: ComposePlan,
  words: readonly string[],
  signal: AbortSignal,
  timeoutMs = ASK_TIMEOUT_MS,
): Promise<string> {
  const environment = { ...projectEnvironment(PROJECT_DIR), ...plan.environment };
  const { stdout, reason } = await runProgram(["docker", ...words], { environment, signal, timeoutMs });
  if (reason === undefined || signal.aborted) return stdout;
  throw new InputError(
    `docker ${words.filter((word) => !word.startsWith("--")).join(" ")}: ${reason}`,
    "it to answer",
  );
}

/** Services of the profiles that were chosen. */
export async function servicesOf(plan: ComposePlan, signal: AbortSignal): Promise<readonly string[]> {
  return lines(await askDocker(plan, ["compose", ...plan.arguments, "config", "--services"], signal));
}

/** Containers of these services, oldest first; those that ended too. */
export async function lookAtContainers(
  plan: ComposePlan,
  services: readonly string[],
  signal: AbortSignal,
): Promise<readonly StackContainer[]> {
  const compose = ["compose", ...plan.arguments];
  const ids = lines(await askDocker(plan, [...compose, "ps", "--all", "--quiet", ...services], signal));
  if (ids.length === 0) return [];
  const found = inspected.parse(JSON.parse(await askDocker(plan, ["inspect", ...ids], signal)));
  const hashes = new Map(
    lines(await askDocker(plan, [...compose, "config", "--hash", services.join(",")], signal)).map((line) => {
      const [service = "", hash = ""] = line.split(/\s+/);
      return [service, hash];
    }),
  );
  const images = new Map<string, string>();
  for (const name of new Set(found.map(({ Config }) => Config.Image))) {
    const asked = ["image", "inspect", "--format", "{{.Id}}", name];
    // One that is not there any more is not what a new container would be made of.
    images.set(name, (await askDocker(plan, asked, signal).catch(() => "")).trim());
  }
  return found
    .map(({ Id: id, Created, Image, State, Mounts, Config }) => {
      const secrets = Mounts.filter(({ Destination }) => Destination.startsWith("/run/secrets/"));
      const startedMs = Date.parse(State.StartedAt);
      const service = Config.Labels["com.docker.compose.service"] ?? "";
      return {
        id,
        service,
        running: State.Running,
        health: State.Health?.Status,
        current:
          Config.Labels["com.docker.compose.config-hash"] === hashes.get(service) &&
          Image === images.get(Config.Image) &&
          secrets.every(({ Source }) => Source === undefined || changedMs(Source) <= startedMs),
        createdMs: Date.parse(Created),
      };
    })
    .toSorted((one, other) => one.createdMs - other.createdMs);
}

/** Whether there is such a container, and it runs. */
export async function isRunning(plan: ComposePlan, id: string, signal: AbortSignal): Promise<boolean> {
  const asked = ["inspect", "--format", "{{.State.Running}}", id];
  return (await askDocker(plan, asked, signal).catch(() => "")).trim() === "true";
}

/** Resolves when none of them runs any more, or the signal aborts. */
export async function untilEnded(
  plan: ComposePlan,
  containers: readonly Pick<StackContainer, "id">[],
  signal: AbortSignal,
): Promise<void> {
  if (containers.length > 0)
    await askDocker(plan, ["wait", ...containers.map(({ id }) => id)], signal, NEVER_MS);
}

/** Compose does not see that a file has changed which it hands on. Of what is no file: never. */
function changedMs(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.mtimeMs : 0;
}

function lines(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
}
