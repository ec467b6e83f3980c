import { onPath } from "../../assets/on-path.ts";
import { assetPlaces } from "../../assets/where.ts";
import { projectEnvironment } from "../../config/project-environment.ts";
import { readConfig } from "../../config/read-config.ts";
import { compose } from "../../compose.ts";
import { probe } from "../../engines/probe.ts";
import { PROJECT_DIR } from "../../project.ts";
import { isLivekitUp } from "../../transports/livekit/reachable.ts";
import type { DoctorDeps } from "./checks.ts";

/** What doctor looks at on this machine: the real files, servers and gate. */
export function doctorDeps(): DoctorDeps {
  return {
    nodeVersion: process.versions.node,
    projectDir: PROJECT_DIR,
    config: () => readConfig(PROJECT_DIR),
    places: (config) => assetPlaces(PROJECT_DIR, config),
    probe,
    livekitUp: (url) => isLivekitUp({ url }),
    hasProgram: async (name) => (await onPath(name, projectEnvironment(PROJECT_DIR)["PATH"])) !== undefined,
    async gateReady(signal) {
      const stack = await compose();
      try {
        return await stack.gateReady(signal);
      } finally {
        await stack.close();
      }
    },
  };
}
