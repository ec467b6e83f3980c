import { z } from "zod";
import { runProgram } from "../assets/run-program.ts";
import { projectEnvironment } from "../config/project-environment.ts";
import { InputError } from "../errors.ts";
import { PROJECT_DIR } from "../project.ts";
import type { ComposePlan } from "./compose-plan.ts";
import { withAllProfiles } from "./plan-words.ts";

/** A container of the stack, as Docker knows it. */
export interface StackContainer {
  readonly id: string;
  readonly service: string;
  /** Among those of its service, from 1. */
  readonly number: string;
  readonly running: boolean;
  /** Of one that has ended. */
  readonly exitCode: number;
  /** Undefined: nobody asks it. */
  readonly health: string | undefined;
  /** It is what compose would make of the service now. */
  readonly current: boolean;
  /** It has the settings that compose would give it now, of whatever image. */
  readonly sameSettings: boolean;
  /** Id of the image that it was made of. */
  readonly image: string;
  /** When it was made, in milliseconds since 1970. */
  readonly createdMs: number;
}

const ASK_TIMEOUT_MS = 30_000;
const NEVER_MS = 0;
const LAST_LINES = 5;

const inspected = z.array(
  z.object({
    Id: z.string().min(1),
    Created: z.string(),
    Image: z.string(),
    State: z.object({
      Running: z.boolean(),
      ExitCode: z.int().default(0),
      Health: z.object({ Status: z.string() }).nullish(),
    }),
    Config: z.object({ Image: z.string(), Labels: z.record(z.string(), z.string()) }),
  }),
);

/** Of a container that Docker asks whether it is well. */
const restarted = z.array(
  z.object({
    Id: z.string(),
    RestartCount: z.int().default(0),
    State: z.object({ Health: z.object({ Status: z.string() }).nullish() }),
    Config: z.object({ Labels: z.record(z.string(), z.string()) }),
  }),
);

/** A line of `docker compose ps --format json`. */
const listed = z.object({ Service: z.string(), State: z.string() });

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

/**
 * Which services have a container, and which of them run.
 *
 * @throws {InputError} when compose does not say
 */
export async function servicesThere(
  plan: ComposePlan,
  signal: AbortSignal,
): Promise<{ readonly made: ReadonlySet<string>; readonly running: ReadonlySet<string> }> {
  const asked = ["compose", ...withAllProfiles(plan).arguments, "ps", "--all", "--format", "json"];
  const found = lines(await askDocker(plan, asked, signal)).map((line) => listed.parse(JSON.parse(line)));
  const running = found.filter(({ State }) => State === "running");
  const names = (of: typeof found): ReadonlySet<string> => new Set(of.map(({ Service }) => Service));
  return { made: names(found), running: names(running) };
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
    .map(({ Id: id, Created, Image, State, Config }) => {
      const service = Config.Labels["com.docker.compose.service"] ?? "";
      const sameSettings = Config.Labels["com.docker.compose.config-hash"] === hashes.get(service);
      return {
        id,
        service,
        number: Config.Labels["com.docker.compose.container-number"] ?? "1",
        running: State.Running,
        exitCode: State.ExitCode,
        health: State.Health?.Status,
        current: sameSettings && Image === images.get(Config.Image),
        sameSettings,
        image: Image,
        createdMs: Date.parse(Created),
      };
    })
    .toSorted((one, other) => one.createdMs - other.createdMs);
}

/** It does its work; one that has done it counts too. */
export function isWell({ running, health, exitCode }: StackContainer): boolean {
  return running ? health === undefined || health === "healthy" : exitCode === 0;
}

/** How often Docker has started a container again by itself. */
export interface Restarts {
  readonly id: string;
  readonly service: string;
  readonly count: number;
}

/** Those of these services that are to become healthy. */
export async function restartsOf(
  plan: ComposePlan,
  services: readonly string[],
  signal: AbortSignal,
): Promise<readonly Restarts[]> {
  const asked = ["compose", ...plan.arguments, "ps", "--all", "--quiet", ...services];
  const ids = lines(await askDocker(plan, asked, signal));
  if (ids.length === 0 || signal.aborted) return [];
  const said = await askDocker(plan, ["inspect", ...ids], signal);
  if (signal.aborted) return [];
  return restarted
    .parse(JSON.parse(said))
    .filter(({ State }) => State.Health)
    .map(({ Id, RestartCount, Config }) => ({
      id: Id,
      service: Config.Labels["com.docker.compose.service"] ?? "",
      count: RestartCount,
    }));
}

/** Whether there is such a container, and it runs. */
export async function isRunning(plan: ComposePlan, id: string, signal: AbortSignal): Promise<boolean> {
  const asked = ["inspect", "--format", "{{.State.Running}}", id];
  return (await askDocker(plan, asked, signal).catch(() => "")).trim() === "true";
}

/** The last lines that it said, newest last; none where Docker has none. */
export async function lastLines(
  plan: ComposePlan,
  { service, number }: StackContainer,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const asked = ["logs", "--no-color", "--no-log-prefix", "--tail", String(LAST_LINES), "--index", number];
  const said = await askDocker(plan, ["compose", ...plan.arguments, ...asked, service], signal).catch(
    () => "",
  );
  return lines(said).slice(-LAST_LINES);
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

function lines(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
}
