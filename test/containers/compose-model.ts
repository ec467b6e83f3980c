import { join } from "node:path";
import { z } from "zod";
import { type LoadOptions, loadCompose } from "../../scripts/tools/compose-model.ts";

export const PROJECT = join(import.meta.dirname, "../..");
export const GPU_FILE = "docker-compose.gpu.yml";
export const CPU_FILE = "docker-compose.cpu.yml";
export const SPEECH_CPU_FILE = "docker-compose.speech-cpu.yml";
export const PROFILES = ["speech", "turn", "observability"] as const;

const words = z.array(z.string()).nullish();

const service = z.looseObject({
  image: z.string(),
  build: z.object({ dockerfile: z.string(), target: z.string().optional() }).optional(),
  profiles: z.array(z.string()).default([]),
  user: z.string().default(""),
  command: words,
  entrypoint: words,
  environment: z.record(z.string(), z.string().nullable()).default({}),
  networks: z.record(z.string(), z.unknown()).default({}),
  network_mode: z.string().optional(),
  ports: z
    .array(z.object({ host_ip: z.string().default(""), published: z.string(), protocol: z.string() }))
    .default([]),
  volumes: z
    .array(
      z.object({
        type: z.string(),
        source: z.string().default(""),
        target: z.string(),
        read_only: z.boolean().default(false),
      }),
    )
    .default([]),
  secrets: z.array(z.object({ source: z.string(), target: z.string().default("") })).default([]),
  depends_on: z
    .record(z.string(), z.object({ condition: z.string(), restart: z.boolean().default(false) }))
    .default({}),
  healthcheck: z
    .object({
      test: z.array(z.string()),
      interval: z.string().optional(),
      timeout: z.string().optional(),
      retries: z.number().optional(),
      disable: z.boolean().optional(),
    })
    .optional(),
  deploy: z
    .object({
      resources: z
        .object({
          reservations: z
            .object({
              devices: z
                .array(
                  z.object({ count: z.unknown().optional(), device_ids: z.array(z.string()).default([]) }),
                )
                .default([]),
            })
            .optional(),
        })
        .optional(),
    })
    .optional(),
  restart: z.string().default(""),
  logging: z.object({ options: z.record(z.string(), z.string()).default({}) }).optional(),
  read_only: z.boolean().default(false),
  tmpfs: z.array(z.string()).default([]),
  privileged: z.boolean().default(false),
  cap_add: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  mem_limit: z.coerce.number().default(0),
  pids_limit: z.number().default(0),
  stop_grace_period: z.string().default(""),
});

const model = z.looseObject({
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().default(false) })),
  secrets: z.record(z.string(), z.object({ file: z.string().default("") })),
  volumes: z.record(z.string(), z.unknown()),
});

/** A compose project as the real loader gives it, as far as the rules look. */
export type ComposeModel = Readonly<z.output<typeof model>>;
export type ComposeService = ComposeModel["services"][string];

/** Loads files of a folder with the real loader. @throws with its message */
export async function loadModel(
  files: readonly string[],
  options: LoadOptions & { readonly folder?: string } = {},
): Promise<ComposeModel> {
  const folder = options.folder ?? PROJECT;
  return model.parse(
    await loadCompose(
      files.map((file) => join(folder, file)),
      options,
    ),
  );
}

/** A duration as compose writes it, such as `2h2m0s`, in milliseconds. */
export function toMs(duration: string): number {
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  return [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)].reduce(
    (sum, [, amount = "0", unit = "s"]) => sum + Number(amount) * (units[unit] ?? 0),
    0,
  );
}

export function devicesOf(one: ComposeService) {
  return one.deploy?.resources?.reservations?.devices ?? [];
}
