import { expect, test } from "vitest";
import { toGpus } from "../../../orchestrator/up/nvidia-smi.ts";
import { pickGpu, type PickOptions } from "../../../orchestrator/up/pick-gpu.ts";
import { ONE_L4, type SmiAnswers, SPLIT_H100, TWO_CARDS } from "../../standins/nvidia-smi.ts";

const pick = (answers: SmiAnswers, options: Partial<PickOptions> = {}) =>
  pickGpu(toGpus(answers), { gpu: undefined, gpuClass: undefined, ...options });

test("the class follows from the card", () => {
  const picked = pick(ONE_L4);
  expect(picked).toMatchObject({ gpu: { index: 0 }, needs: { gpuClass: "24gb-ada" } });
  expect(picked).toHaveProperty("reason", expect.stringContaining("NVIDIA L4"));
});

test("a card that has room goes before a better one that has none", () => {
  expect(pick(TWO_CARDS)).toMatchObject({ gpu: { index: 1 }, needs: { gpuClass: "24gb-ampere" } });
});

test("the operator names one by index or UUID, also one without room: that is for the preflight to say", () => {
  expect(pick(TWO_CARDS, { gpu: "0" })).toMatchObject({ gpu: { index: 0, freeMib: 2310 } });
  const uuid = "GPU-a008e90f-259e-df57-7988-63b6831fff68";
  expect(pick(TWO_CARDS, { gpu: uuid })).toMatchObject({ uuid });
  expect(pick(TWO_CARDS, { gpu: "7" })).toHaveProperty("why", expect.stringMatching(/^no GPU 7: .*3090/));
});

test("of a split card the greatest slice, with its own size", () => {
  expect(pick(SPLIT_H100)).toMatchObject({
    uuid: "MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f",
    gpu: { name: "NVIDIA H100 80GB HBM3, slice 3g.40gb" },
    needs: { gpuClass: "24gb-ada" },
  });
  const slice = "MIG-0a6d5e4f-1a7c-5f0e-8f6d-31b4d0f1c9aa";
  expect(pick(SPLIT_H100, { gpu: slice })).toMatchObject({ uuid: slice, needs: { gpuClass: "8-16gb" } });
});

test("a split card without slices is told as that", () => {
  const bare = { ...SPLIT_H100, slices: SPLIT_H100.slices.split("\n")[0] ?? "" };
  expect(pick(bare)).toHaveProperty("why", expect.stringMatching(/^no whole GPU: GPU 0 .* split by MIG/));
});

test("a class that the operator asks for is taken, unless no conversation has room in it", () => {
  expect(pick(ONE_L4, { gpuClass: "8-16gb" })).toMatchObject({ needs: { gpuClass: "8-16gb" } });
  const small = { ...ONE_L4, gpus: ONE_L4.gpus.replace("23034", "12288") };
  expect(pick(small, { gpuClass: "80gb" })).toHaveProperty(
    "why",
    expect.stringMatching(/^too little GPU memory: .* class 80gb leaves no room/),
  );
});

test("speech beside the engine counts, unless it has a card of its own", () => {
  const alone = pick(ONE_L4);
  const beside = pick(ONE_L4, { speech: { gpu: undefined } });
  const elsewhere = pick(ONE_L4, { speech: { gpu: "GPU-a1ea1946-07c0-8ed5-2ba1-d96f82c89cd3" } });
  expect(elsewhere).toEqual(alone);
  expect(beside.gpu && alone.gpu && beside.needs.freeMib - alone.needs.freeMib).toBe(3072);
  // The reference: 24 GB have room for both.
  expect(beside.gpu && beside.needs.freeMib).toBeLessThan(22_565);

  const small = { ...ONE_L4, gpus: ONE_L4.gpus.replace("23034, 22565", "16376, 15900") };
  expect(pick(small)).toMatchObject({ needs: { gpuClass: "8-16gb", speech: false } });
  expect(pick(small, { speech: { gpu: "0" } })).toHaveProperty(
    "why",
    expect.stringMatching(/^too little GPU memory for local speech: GPU 0 \(NVIDIA L4\) has 16376 MiB/),
  );
});

test("a card that is too old: why, in words", () => {
  const old = { ...ONE_L4, gpus: ONE_L4.gpus.replace("8.9", "7.5").replace("NVIDIA L4", "Tesla T4") };
  expect(pick(old)).toHaveProperty("why", expect.stringMatching(/^no fit GPU: Tesla T4.*bfloat16/));
});
