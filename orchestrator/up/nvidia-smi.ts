/** A part of a GPU that MIG split off. */
export interface GpuSlice {
  readonly uuid: string;
  /** Such as `3g.40gb`. */
  readonly profile: string;
  /** As its profile says, in MiB. */
  readonly totalMib: number | undefined;
}

export interface GpuProcess {
  readonly pid: number;
  readonly name: string;
  /** In MiB; undefined where the driver does not say. */
  readonly usedMib: number | undefined;
}

/** One GPU as `nvidia-smi` tells of it. */
export interface Gpu {
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  /** Such as `580.95.05`. */
  readonly driver: string;
  /** In MiB; undefined where the driver does not say. */
  readonly totalMib: number | undefined;
  readonly freeMib: number | undefined;
  /** Such as 8.9. */
  readonly computeCapability: number | undefined;
  readonly isSplit: boolean;
  readonly slices: readonly GpuSlice[];
  readonly processes: readonly GpuProcess[];
}

/** What `nvidia-smi` is asked, and in which order its answers go to `toGpus`. */
export const GPU_QUESTIONS = {
  gpus: [
    "--query-gpu=index,uuid,name,driver_version,memory.total,memory.free,compute_cap,mig.mode.current",
    "--format=csv,noheader,nounits",
  ],
  processes: [
    "--query-compute-apps=gpu_uuid,pid,process_name,used_gpu_memory",
    "--format=csv,noheader,nounits",
  ],
  slices: ["-L"],
} as const;

/** Reads the three answers of `nvidia-smi`; lines of another form, such as a warning, are passed over. */
export function toGpus(answers: {
  readonly gpus: string;
  readonly processes: string;
  readonly slices: string;
}): readonly Gpu[] {
  const processes = cells(answers.processes, 4);
  const slices = toSlices(answers.slices);
  return cells(answers.gpus, 8).flatMap((row) => {
    const [index = "", uuid = "", name = "", driver = "", total, free, capability, mig] = row;
    if (!/^\d+$/.test(index)) return [];
    return [
      {
        index: Number(index),
        uuid,
        name,
        driver,
        totalMib: toNumber(total),
        freeMib: toNumber(free),
        computeCapability: toNumber(capability),
        isSplit: mig === "Enabled",
        slices: slices.get(uuid) ?? [],
        processes: processes
          .filter(([owner]) => owner === uuid)
          .map(([, pid, program = "", used]) => ({
            pid: toNumber(pid) ?? 0,
            name: program,
            usedMib: toNumber(used),
          })),
      },
    ];
  });
}

function cells(csv: string, count: number): readonly (readonly string[])[] {
  return csv
    .split("\n")
    .map((line) => line.split(",").map((cell) => cell.trim()))
    .filter((row) => row.length === count);
}

/** `[N/A]`, `[Not Supported]` and `[Insufficient Permissions]` are no number. */
function toNumber(cell: string | undefined): number | undefined {
  return cell !== undefined && /^\d+(\.\d+)?$/.test(cell) ? Number(cell) : undefined;
}

/** The slices of each GPU, by its UUID. */
function toSlices(list: string): ReadonlyMap<string, readonly GpuSlice[]> {
  const found = new Map<string, GpuSlice[]>();
  let owner = "";
  for (const line of list.split("\n")) {
    const gpu = /^GPU \d+: .*\(UUID: (GPU-[^)]+)\)/.exec(line);
    if (gpu) owner = gpu[1] ?? "";
    const slice = /^\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[^)]+)\)/.exec(line);
    if (!slice) continue;
    const [, profile = "", uuid = ""] = slice;
    const gigabytes = toNumber(/\.(\d+)gb/.exec(profile)?.[1]);
    const each = { uuid, profile, totalMib: gigabytes && gigabytes * 1024 };
    found.set(owner, [...(found.get(owner) ?? []), each]);
  }
  return found;
}
