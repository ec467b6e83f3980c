import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { PROJECT_DIR } from "../project.ts";
import { type ComposePlan, speechSettings } from "../up/compose-plan.ts";
import type { GpuPick } from "../up/preflight.ts";
import { type Io, writeLine } from "./io.ts";
import { upConfig } from "./up-config.ts";
import type { UpOptions } from "./up-options.ts";
import { speechLines } from "./up-speech-lines.ts";

export interface Explained {
  readonly plan: ComposePlan;
  /** Undefined: no GPU was needed. */
  readonly picked: GpuPick | undefined;
  readonly options: UpOptions;
  /** What the operator has set. */
  readonly operator: Readonly<Record<string, string | undefined>>;
  /** Folder of the secrets. */
  readonly secrets: string;
}

/** Says where the stack in containers is, and what was chosen for it. */
export function explain({ plan, picked, options, operator, secrets }: Explained, io: Io): void {
  const { profiles } = options;
  const speech = speechSettings(options).flatMap((file) =>
    Object.entries(parseEnv(readFileSync(join(PROJECT_DIR, file), "utf8"))),
  );
  const grafana = `http://127.0.0.1:${operator["GRAFANA_PORT"] || 3000}`;
  writeLine(io.stdout, `\nSightline is up: open ${plan.address}`);
  for (const line of [
    ...(picked?.gpu === undefined
      ? ["engine       a simulator: its answers say so, and it sees nothing"]
      : [
          `engine       vLLM on GPU ${picked.gpu.index}, class ${picked.needs.gpuClass}`,
          `because      ${picked.reason}`,
        ]),
    ...speechLines(upConfig(Object.fromEntries(speech))),
    `profiles     ${profiles.length === 0 ? "none" : profiles.join(", ")}`,
    ...(profiles.includes("turn") ? [`TURN         turns:${operator["TURN_DOMAIN"]}:443`] : []),
    profiles.includes("observability")
      ? `Grafana      ${grafana}, for admin with the password in ${plan.environment["GRAFANA_PASSWORD_FILE"]}`
      : "metrics      nobody collects them: PROFILES=observability does",
    `access code  in ${plan.environment["ACCESS_CODE_FILE"] ?? ""}`,
    `secrets      ${secrets}`,
    "more         make status, make logs, make down",
  ])
    writeLine(io.stdout, `  ${line}`);
}
