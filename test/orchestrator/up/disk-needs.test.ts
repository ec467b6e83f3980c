import { expect, test } from "vitest";
import { diskNeeds } from "../../../orchestrator/up/disk-needs.ts";

const apart = { imagesDir: "/images", volumesDir: "/volumes" };
const all = { engine: "vllm", images: true, weights: true, speech: "gpu", observability: true } as const;
const none = {
  engine: "vllm",
  images: false,
  weights: false,
  speech: undefined,
  observability: false,
} as const;

test("images are needed where images are, weights and caches where volumes are", () => {
  expect(diskNeeds(apart, all)).toEqual([
    { path: "/images", use: "images, local speech, Prometheus and Grafana", neededBytes: 77e9 },
    { path: "/volumes", use: "caches, weights", neededBytes: 27e9 },
  ]);
});

test("what is there already needs nothing", () => {
  expect(diskNeeds(apart, none)).toEqual([]);
  expect(diskNeeds(apart, { ...none, speech: "cpu" })).toEqual([
    { path: "/images", use: "local speech", neededBytes: 5e9 },
  ]);
});

test("the simulator has no weights", () => {
  const needs = diskNeeds(apart, { ...none, engine: "simulator", images: true, weights: true });
  expect(needs.map(({ use }) => use)).toEqual(["images", "caches"]);
});
