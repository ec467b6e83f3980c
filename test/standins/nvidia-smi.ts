/** What an `nvidia-smi` writes to the three questions of `up`, in the driver's own form. */
export interface SmiAnswers {
  readonly gpus: string;
  readonly processes: string;
  readonly slices: string;
}

/** One L4 with nothing on it. */
export const ONE_L4: SmiAnswers = {
  gpus: "0, GPU-2f8b0ab7-6b0f-63c1-9a9e-7d4c2c3de5a1, NVIDIA L4, 580.95.05, 23034, 22565, 8.9, [N/A]\n",
  processes: "",
  slices: "GPU 0: NVIDIA L4 (UUID: GPU-2f8b0ab7-6b0f-63c1-9a9e-7d4c2c3de5a1)\n",
};

/** A desktop card that somebody else computes on, and a free one of another generation. */
export const TWO_CARDS: SmiAnswers = {
  gpus: [
    "0, GPU-a008e90f-259e-df57-7988-63b6831fff68, NVIDIA GeForce RTX 4090, 575.57.08, 24564, 2310, 8.9, [N/A]",
    "1, GPU-a1ea1946-07c0-8ed5-2ba1-d96f82c89cd3, NVIDIA GeForce RTX 3090, 575.57.08, 24576, 24124, 8.6, [N/A]",
    "",
  ].join("\n"),
  processes: [
    "GPU-a008e90f-259e-df57-7988-63b6831fff68, 5627, /usr/libexec/gnome-remote-desktop-daemon, 251",
    "GPU-a008e90f-259e-df57-7988-63b6831fff68, 91344, python3, 21608",
    "",
  ].join("\n"),
  slices: [
    "GPU 0: NVIDIA GeForce RTX 4090 (UUID: GPU-a008e90f-259e-df57-7988-63b6831fff68)",
    "GPU 1: NVIDIA GeForce RTX 3090 (UUID: GPU-a1ea1946-07c0-8ed5-2ba1-d96f82c89cd3)",
    "",
  ].join("\n"),
};

/** Split by MIG into three parts; memory and processes are not told without rights. */
export const SPLIT_H100: SmiAnswers = {
  gpus: "0, GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77, NVIDIA H100 80GB HBM3, 570.172.08, 81559, [Insufficient Permissions], 9.0, Enabled\n",
  processes: "",
  slices: [
    "GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77)",
    "  MIG 3g.40gb     Device  0: (UUID: MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f)",
    "  MIG 2g.20gb     Device  1: (UUID: MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb)",
    "  MIG 1g.10gb     Device  2: (UUID: MIG-0a6d5e4f-1a7c-5f0e-8f6d-31b4d0f1c9aa)",
    "",
  ].join("\n"),
};

/** A driver whose kernel module is not loaded: exit 9. */
export const NO_MODULE =
  "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n";

/** A shell program that answers as that one. */
export function smiProgram({ gpus, processes, slices }: SmiAnswers): string {
  return [
    "#!/bin/sh",
    'case "$1" in',
    `  --query-gpu=*) cat <<'SAID'\n${gpus}SAID\n  ;;`,
    `  --query-compute-apps=*) cat <<'SAID'\n${processes}SAID\n  ;;`,
    `  -L) cat <<'SAID'\n${slices}SAID\n  ;;`,
    "esac",
    "",
  ].join("\n");
}
