import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { PROJECT_DIR } from "../../project.ts";
import type { ComposePlan } from "../../up/compose-plan.ts";
import { setButNotRead } from "../../up/not-read.ts";
import { OBSERVABILITY } from "../../up/observers.ts";
import type { GpuPick } from "../../up/preflight.ts";
import { type SpeechDevice, speechSettings } from "../../up/speech-device.ts";
import { type Io, writeLine } from "../io.ts";
import { upConfig } from "./up-config.ts";
import type { UpOptions } from "./up-options.ts";
import { speechLines } from "./up-speech-lines.ts";

export interface Explained {
  readonly plan: ComposePlan;
  /** Undefined: no GPU was needed. */
  readonly picked: GpuPick | undefined;
  readonly options: UpOptions;
  /** Where local speech runs; undefined: there is none. */
  readonly speech: SpeechDevice | undefined;
  /** What the operator has set. */
  readonly operator: Readonly<Record<string, string | undefined>>;
  /** Services that measure and do not run. */
  readonly failed: readonly string[];
  /** Folder of the secrets. */
  readonly secrets: string;
}

/** Says where the stack in containers is, and what was chosen for it. */
export function explain(explained: Explained, io: Io): void {
  const { plan, picked, options, speech, operator, secrets } = explained;
  const { profiles } = options;
  const settings = speechSettings(speech).flatMap((file) =>
    Object.entries(parseEnv(readFileSync(join(PROJECT_DIR, file), "utf8"))),
  );
  writeLine(io.stdout, `\nSightline is up: open ${plan.address}`);
  for (const line of [
    ...(picked?.gpu === undefined
      ? ["engine       a simulator: its answers say so, and it sees nothing"]
      : [
          `engine       vLLM on GPU ${picked.gpu.index}, class ${picked.needs.gpuClass}`,
          `because      ${picked.reason}`,
        ]),
    ...speechLines(upConfig(Object.fromEntries(settings))),
    ...(speech === "cpu" ? ["both         on the CPU, which wants eight cores for it"] : []),
    `profiles     ${profiles.length === 0 ? "none" : profiles.join(", ")}`,
    ...(profiles.includes("turn") ? [`TURN         turns:${operator["TURN_DOMAIN"]}:443`] : []),
    ...(profiles.includes(OBSERVABILITY)
      ? observerLines(explained)
      : ["metrics      nobody collects them: PROFILES has no observability"]),
    `access code  in ${plan.environment["ACCESS_CODE_FILE"] ?? ""}`,
    `secrets      ${secrets}`,
    ...notReadLines(operator),
    "more         make status, make logs, make down",
  ])
    writeLine(io.stdout, `  ${line}`);
}

function notReadLines(operator: Explained["operator"]): readonly string[] {
  const names = setButNotRead(operator);
  return names.length === 0
    ? []
    : [
        `not read     ${names.join(", ")}: for programs without containers alone; docs/operations.md says why`,
      ];
}

function observerLines({ plan, operator, failed }: Explained): readonly string[] {
  const grafana = `http://127.0.0.1:${operator["GRAFANA_PORT"] || 3000}`;
  const password = plan.environment["GRAFANA_PASSWORD_FILE"] ?? "";
  const lines = {
    grafana: `Grafana      ${grafana}, for admin with the password in ${password}`,
    prometheus: "Prometheus   http://prometheus:9090 among the containers; Grafana asks it, under Explore",
  };
  return Object.entries(lines).flatMap(([name, line]) => (failed.includes(name) ? [] : [line]));
}
