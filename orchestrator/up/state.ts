import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../errors.ts";

const known = z.object({ pid: z.int().positive(), birth: z.string().min(1) });

const schema = z.object({
  phase: z.enum(["starting", "ready", "failed", "stopping"]),
  /** Why it failed. */
  why: z.string().nullable(),
  /** The process that keeps the others running. */
  keeper: known,
  /** To be opened in a browser. */
  address: z.string().nullable(),
  engine: z.string(),
  programs: z.record(
    z.string(),
    known.extend({
      address: z.string(),
      ready: z.boolean(),
      /** How often it was started again. */
      restarts: z.int().nonnegative(),
    }),
  ),
});

/** What `up` started without containers, as it is now. */
export type UpState = Readonly<z.output<typeof schema>>;

/** Where that is kept. */
export interface UpPlaces {
  readonly folder: string;
  readonly state: string;
  readonly logs: string;
}

export function upPlaces(dataDir: string): UpPlaces {
  const folder = join(dataDir, "up");
  return { folder, state: join(folder, "state.json"), logs: join(folder, "logs") };
}

/**
 * Undefined: nothing was started, or it was ended since.
 *
 * @throws {InputError} when the file says something else.
 */
export function readState({ state }: UpPlaces): UpState | undefined {
  let text: string;
  try {
    text = readFileSync(state, "utf8");
  } catch {
    return undefined;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new InputError(`${state} cannot be understood`, "what 'sightline up' writes, or no such file", {
      cause,
    });
  }
}

/** In one step, so that nobody reads half of it. */
export function writeState({ folder, state }: UpPlaces, content: UpState): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${state}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(content), { mode: 0o600 });
  renameSync(draft, state);
}

export function removeState({ state }: UpPlaces): void {
  rmSync(state, { force: true });
}
