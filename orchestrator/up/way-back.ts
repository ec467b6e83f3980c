import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ComposePlan } from "./compose-plan.ts";
import { askDocker, lookAtContainers, type StackContainer } from "./docker-containers.ts";
import { isWithoutCard } from "./plan-words.ts";

// What runs was made by a checkout that may be gone: its whole configuration is kept as compose has
// resolved it, so that a service can be made again as it was.

/** A service as compose resolves it; it waits for no other, which are there. */
const project = z.looseObject({
  services: z.record(z.string(), z.record(z.string(), z.unknown())),
  networks: z.record(z.string(), z.looseObject({ name: z.string() })).default({}),
  volumes: z.record(z.string(), z.looseObject({ name: z.string() })).default({}),
  secrets: z.record(z.string(), z.unknown()).default({}),
});
type Project = z.output<typeof project>;

/** Of our own sources; an agent is never gone back to, since the one before stays. */
const BUILT: readonly string[] = ["gateway", "gate"];
const NOT_AGAIN: ReadonlySet<string> = new Set(["build", "depends_on", "image", "profiles"]);

/**
 * Keeps what runs now, by this plan, for a time when what follows it fails.
 *
 * @param only of these services, the others are as they were kept before; undefined: of all
 */
export async function keepRunning(
  { folder, plan }: { readonly folder: string; readonly plan: ComposePlan },
  signal: AbortSignal,
  only?: readonly string[],
): Promise<void> {
  const now = await resolved(plan, signal);
  if (!now) return;
  const kept = only && readRunning(folder);
  const services = only ? { ...kept?.services, ...picked(now.services, only) } : now.services;
  write(folder, withNamed({ ...now, services }, kept));
}

/**
 * Keeps what of a plan of before still runs by it and was kept by nobody. The files that the plan names may
 * be of another checkout by now: what their settings are not those of is not kept.
 *
 * @param before its files that are gone are left out; undefined: nothing was brought up
 */
export async function keepUnkept(
  { folder, before }: { readonly folder: string; readonly before: ComposePlan | undefined },
  signal: AbortSignal,
): Promise<void> {
  const kept = readRunning(folder);
  if (!before || kept) return;
  const now = await resolved(before, signal).catch(() => undefined);
  if (!now) return;
  const found = await lookAtContainers(before, Object.keys(now.services), signal).catch(() => []);
  const names = found.filter(({ running, sameSettings }) => running && sameSettings);
  if (signal.aborted || names.length === 0) return;
  const services = picked(
    now.services,
    names.map(({ service }) => service),
  );
  write(folder, { ...now, services });
}

/** Undefined: aborted. */
async function resolved(plan: ComposePlan, signal: AbortSignal): Promise<Project | undefined> {
  const said = await askDocker(plan, ["compose", ...plan.arguments, "config", "--format", "json"], signal);
  return signal.aborted ? undefined : project.parse(JSON.parse(said));
}

/** What kept services name may be named by no other any more. */
function withNamed(now: Project, kept: Project | undefined): Project {
  return {
    ...now,
    networks: { ...kept?.networks, ...now.networks },
    volumes: { ...kept?.volumes, ...now.volumes },
    secrets: { ...kept?.secrets, ...now.secrets },
  };
}

/**
 * The plan by which these are made again as they were, of the images that they were made of, at the
 * networks and volumes that are there. Undefined: nobody has kept what they were.
 *
 * @throws {InputError} when Docker has their images no more
 */
export async function planBefore(
  { folder, plan }: { readonly folder: string; readonly plan: ComposePlan },
  gone: readonly StackContainer[],
  signal: AbortSignal,
): Promise<ComposePlan | undefined> {
  const kept = readRunning(folder);
  if (!kept) return undefined;
  const services: Record<string, unknown> = {};
  for (const { service, image: id } of gone) {
    const was = kept.services[service];
    if (!was) return undefined;
    const image = nameBefore(service);
    await askDocker(plan, ["tag", id, image], signal);
    const same = Object.entries(was).filter(([name]) => !NOT_AGAIN.has(name));
    services[service] = { ...Object.fromEntries(same), image };
  }
  const file = join(folder, "before.json");
  const before = { ...kept, services, networks: asTheyAre(kept.networks), volumes: asTheyAre(kept.volumes) };
  writeFileSync(file, JSON.stringify(before), { mode: 0o600 });
  // To compose the other containers of the project are none that this file knows.
  return { ...plan, arguments: [`--file=${file}`], environment: { COMPOSE_IGNORE_ORPHANS: "true" } };
}

/**
 * Gives a name to the images of what runs and is built here, before the same names are built anew: Docker
 * may keep none that has lost its own.
 */
export async function nameRunning(plan: ComposePlan, signal: AbortSignal): Promise<void> {
  const found = await lookAtContainers(plan, builtHere(plan), signal);
  for (const { service, image } of found.filter(({ running }) => running)) {
    // One that is gone already is told of when it is needed.
    await askDocker(plan, ["tag", image, nameBefore(service)], signal).catch(() => undefined);
  }
}

/** Takes that name from those that were built as they were. */
export async function forgetCurrent(plan: ComposePlan, signal: AbortSignal): Promise<void> {
  const found = await lookAtContainers(plan, builtHere(plan), signal);
  const current = found.filter((each) => each.running && each.current).map(({ service }) => service);
  await forgetBefore(plan, current, signal);
}

function builtHere({ arguments: words }: ComposePlan): readonly string[] {
  return isWithoutCard(words) ? [...BUILT, "vllm"] : BUILT;
}

/** The images that a way back has given a name, and that no container is made of any more, lose it: Docker may clear them away. */
export async function forgetBefore(
  plan: ComposePlan,
  services: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const service of services) {
    // Of most there is none, and one that is in use stays.
    await askDocker(plan, ["rmi", nameBefore(service)], signal).catch(() => undefined);
  }
}

/** A name by which an image is there for as long as a container is made of it, whatever is built anew. */
function nameBefore(service: string): string {
  return `sightline-before:${service}`;
}

function asTheyAre(named: Readonly<Record<string, { readonly name: string }>>): object {
  return Object.fromEntries(Object.entries(named).map(([key, { name }]) => [key, { name, external: true }]));
}

function picked<Value>(from: Readonly<Record<string, Value>>, names: readonly string[]) {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}

function write(folder: string, content: Project): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(runningFile(folder), JSON.stringify(content), { mode: 0o600 });
}

function readRunning(folder: string): Project | undefined {
  if (!existsSync(runningFile(folder))) return undefined;
  return project.parse(JSON.parse(readFileSync(runningFile(folder), "utf8")));
}

function runningFile(folder: string): string {
  return join(folder, "running.json");
}
