import type { Config } from "../../../orchestrator/config.ts";
import type { Environment } from "../../../orchestrator/config/project-environment.ts";
import { readConfig } from "../../../orchestrator/config/read-config.ts";
import { ConfigError } from "../../../orchestrator/errors.ts";

/** What an environment configures, in a project at `/project`. */
export function read(environment: Environment): Config {
  return readConfig("/project", environment);
}

/** What is wrong with it; nothing: empty. */
export function faultsOf(environment: Environment): readonly string[] {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}
