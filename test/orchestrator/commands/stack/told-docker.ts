import { chmodSync, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { ComposePlan } from "../../../../orchestrator/up/compose-plan.ts";
import { testFolder } from "../../../standins/photo-files.ts";

/** A `docker` that writes down what it is told, then does what is said for its last word, `$name`. */
export function toldDocker() {
  const folder = testFolder();
  const log = join(folder.path, "told");
  return {
    plan(behaviour: string, ...profiles: readonly string[]): ComposePlan {
      const script = `#!/bin/sh\nfor name; do :; done\necho "$*" >> '${log}'\n${behaviour}\n`;
      chmodSync(folder.put("docker", script), 0o755);
      return {
        arguments: profiles.map((name) => `--profile=${name}`),
        environment: { PATH: [folder.path, process.env["PATH"]].join(delimiter) },
        address: "https://localhost:8443",
      };
    },
    told: (): readonly string[] => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []),
    remove: () => folder.remove(),
  };
}
