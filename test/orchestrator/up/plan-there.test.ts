import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { servicesThere } from "../../../orchestrator/up/docker-containers.ts";
import { planThere } from "../../../orchestrator/up/plan-there.ts";
import { testFolder } from "../../standins/photo-files.ts";
import { toldDocker } from "../commands/stack/told-docker.ts";

test("files that another checkout has, and labels of services that this one may not know, are left out", () => {
  const folder = testFolder();
  onTestFinished(() => folder.remove());
  const there = (name: string): string => `--file=${folder.put(name, "{}")}`;
  const base = `--file=${join(folder.path, "gone/docker-compose.gpu.yml")}`;
  const other = there("docker-compose.cpu.yml");
  const words = [
    `--project-directory=${folder.path}`,
    base,
    other,
    `--file=${join(folder.path, "newer.yml")}`,
    there("up/files.json"),
    `--env-file=${join(folder.path, "newer.env")}`,
    "--profile=speech",
  ];
  expect(planThere({ arguments: words, environment: {}, address: "" }).arguments).toEqual([
    `--project-directory=${folder.path}`,
    base,
    other,
    "--profile=speech",
  ]);
});

test("a fault of compose is not an answer that nothing runs", async () => {
  const docker = toldDocker();
  onTestFinished(() => docker.remove());
  const plan = docker.plan('echo "service newer has neither an image nor a build context" >&2; exit 1');
  await expect(servicesThere(plan, new AbortController().signal)).rejects.toThrow(
    "service newer has neither an image nor a build context",
  );
});
