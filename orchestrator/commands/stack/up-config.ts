import type { Config } from "../../config.ts";
import { type Environment, projectEnvironment } from "../../config/project-environment.ts";
import { readConfig } from "../../config/read-config.ts";
import { PROJECT_DIR } from "../../project.ts";

/**
 * The configuration as `up` and its companions read it: LiveKit's key and secret may be set without an
 * address, since the server is started here.
 *
 * @param defaults of variables that nobody has set
 * @throws {ConfigError}
 */
export function upConfig(defaults: Environment = {}): Config {
  const environment = { ...defaults, ...projectEnvironment(PROJECT_DIR) };
  if (environment["LIVEKIT_URL"]) return readConfig(PROJECT_DIR, environment);
  const own = new Set(["LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "LIVEKIT_API_SECRET_FILE"]);
  return readConfig(
    PROJECT_DIR,
    Object.fromEntries(Object.entries(environment).filter(([name]) => !own.has(name))),
  );
}
