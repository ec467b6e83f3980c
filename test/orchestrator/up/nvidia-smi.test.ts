import { expect, test } from "vitest";
import { toGpus } from "../../../orchestrator/up/nvidia-smi.ts";
import { ONE_L4, SPLIT_H100, TWO_CARDS } from "../../standins/nvidia-smi.ts";

test("one card, whole and free", () => {
  expect(toGpus(ONE_L4)).toEqual([
    {
      index: 0,
      uuid: "GPU-2f8b0ab7-6b0f-63c1-9a9e-7d4c2c3de5a1",
      name: "NVIDIA L4",
      driver: "580.95.05",
      totalMib: 23_034,
      freeMib: 22_565,
      computeCapability: 8.9,
      isSplit: false,
      slices: [],
      processes: [],
    },
  ]);
});

test("each process belongs to its own card", () => {
  const [busy, free] = toGpus(TWO_CARDS);
  expect(busy?.processes).toEqual([
    { pid: 5627, name: "/usr/libexec/gnome-remote-desktop-daemon", usedMib: 251 },
    { pid: 91_344, name: "python3", usedMib: 21_608 },
  ]);
  expect(free?.processes).toEqual([]);
});

test("a split card with its parts; what the driver does not tell is unknown, not nothing", () => {
  const [split] = toGpus(SPLIT_H100);
  expect(split).toMatchObject({ isSplit: true, freeMib: undefined, totalMib: 81_559 });
  expect(split?.slices).toEqual([
    { uuid: "MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f", profile: "3g.40gb", totalMib: 40_960 },
    { uuid: "MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb", profile: "2g.20gb", totalMib: 20_480 },
    { uuid: "MIG-0a6d5e4f-1a7c-5f0e-8f6d-31b4d0f1c9aa", profile: "1g.10gb", totalMib: 10_240 },
  ]);
});

test("a warning between the lines is passed over, as is a process whose memory is not told", () => {
  const [gpu] = toGpus({
    ...ONE_L4,
    gpus: `WARNING: infoROM is corrupted at gpu 0000:00:04.0\n${ONE_L4.gpus}`,
    processes: "GPU-2f8b0ab7-6b0f-63c1-9a9e-7d4c2c3de5a1, 17, [Not Found], [N/A]\n",
  });
  expect(gpu?.processes).toEqual([{ pid: 17, name: "[Not Found]", usedMib: undefined }]);
});

test("no card: an empty list", () => {
  expect(toGpus({ gpus: "No devices were found\n", processes: "", slices: "" })).toEqual([]);
});
