import { join, resolve } from "node:path";
import type { Config } from "../../config.ts";
import { projectEnvironment } from "../../config/project-environment.ts";
import { PROJECT_DIR } from "../../project.ts";

/** Where made secrets are kept, in both runtimes, absolute: SECRETS_DIR, else beside what is kept of calls. */
export function secretsFolder({ dataDir }: Pick<Config, "dataDir">): string {
  const named = projectEnvironment(PROJECT_DIR)["SECRETS_DIR"];
  return named ? resolve(PROJECT_DIR, named) : join(dataDir, "secrets");
}
