import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ComposePlan } from "./compose-plan.ts";
import { askDocker, type StackContainer } from "./docker-containers.ts";

// What runs was made by a checkout that may be gone: its whole configuration is kept as compose has
// resolved it, so that a service can be made again as it was.

/** A service as compose resolves it; it waits for no other, which are there. */
const project = z.looseObject({
  services: z.record(z.string(), z.record(z.string(), z.unknown())),
  networks: z.record(z.string(), z.looseObject({ name: z.string() })).default({}),
  volumes: z.record(z.string(), z.looseObject({ name: z.string() })).default({}),
});

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
  const asked = ["compose", ...plan.arguments, "config", "--format", "json"];
  const said = await askDocker(plan, asked, signal);
  if (signal.aborted) return;
  const now = project.parse(JSON.parse(said));
  const kept = only && readRunning(folder);
  const services = kept ? { ...kept.services, ...picked(now.services, only) } : now.services;
  writeFileSync(runningFile(folder), JSON.stringify({ ...now, services }), { mode: 0o600 });
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
    const image = `sightline-before:${service}`;
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

function asTheyAre(named: Readonly<Record<string, { readonly name: string }>>): object {
  return Object.fromEntries(Object.entries(named).map(([key, { name }]) => [key, { name, external: true }]));
}

function picked<Value>(from: Readonly<Record<string, Value>>, names: readonly string[]) {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}

function readRunning(folder: string): z.output<typeof project> | undefined {
  if (!existsSync(runningFile(folder))) return undefined;
  return project.parse(JSON.parse(readFileSync(runningFile(folder), "utf8")));
}

function runningFile(folder: string): string {
  return join(folder, "running.json");
}
