import { afterEach, beforeEach, expect, test } from "vitest";
import { endLeftOut } from "../../../orchestrator/commands/up-docker-left-out.ts";
import { loadModel } from "../../containers/compose-model.ts";
import { toldDocker } from "./told-docker.ts";

let docker: ReturnType<typeof toldDocker>;
beforeEach(() => {
  docker = toldDocker();
});
afterEach(() => docker.remove());

const { signal } = new AbortController();

test("what ran before and is asked for no more is ended, and nothing else", async () => {
  const before = docker.plan("", "observability", "speech");
  const without = docker.plan("", "speech");
  await endLeftOut(undefined, without, signal);
  await endLeftOut(without, before, signal);
  await endLeftOut(before, before, signal);
  expect(docker.told()).toEqual([]);
  await endLeftOut(before, without, signal);
  const profiles = "--profile=observability --profile=speech";
  expect(docker.told()).toEqual([
    `compose ${profiles} stop --timeout 5 prometheus dcgm grafana`,
    `compose ${profiles} rm --force prometheus dcgm grafana`,
  ]);
});

test("every service that only a profile starts is ended with it", async () => {
  const { services } = await loadModel(["docker-compose.gpu.yml"], {
    profiles: ["observability", "speech", "turn"],
  });
  const ofProfiles = Object.entries(services).flatMap(([name, { profiles }]) =>
    profiles.some((profile) => ["observability", "speech", "turn"].includes(profile)) ? [name] : [],
  );
  await endLeftOut(docker.plan("", "observability", "speech", "turn"), docker.plan(""), signal);
  const [stopped = ""] = docker.told();
  expect(stopped.split(" --timeout 5 ")[1]?.split(" ").toSorted()).toEqual(ofProfiles.toSorted());
});
