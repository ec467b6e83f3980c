import type { Config } from "../../config.ts";
import { readState, upPlaces, type UpPlaces, type UpState } from "../../up/state.ts";
import { type RunningStack, runningStack } from "./running-stack.ts";
import { upConfig } from "./up-config.ts";

/** What `up` has started and nobody has ended since. */
export interface WhatIsUp {
  readonly config: Config;
  readonly places: UpPlaces;
  /** As programs of this machine. */
  readonly state: UpState | undefined;
  /** In containers. */
  readonly stack: RunningStack | undefined;
}

/** @throws {ConfigError | InputError} when the configuration or what was kept of it cannot be read */
export function whatIsUp(): WhatIsUp {
  const config = upConfig();
  const places = upPlaces(config.dataDir);
  return { config, places, state: readState(places), stack: runningStack(config) };
}
