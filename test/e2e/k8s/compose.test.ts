import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { gpuClasses } from "../../../inference/vllm/choose-class.ts";
import { classFile } from "../../../inference/vllm/read-class.ts";
import { loadCompose } from "../../../scripts/tools/compose-model.ts";
import { kubernetesTools } from "../../../scripts/tools/kubernetes.ts";
import { PROJECT } from "../programs.ts";
import { type Container, envOf, render, workloadsOf } from "./chart.ts";

// One machine and a cluster run the same thing: what is written twice, here and in the compose file, is equal.

interface Service {
  readonly image: string;
  readonly command: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly volumes?: readonly { readonly source: string; readonly target: string }[];
  readonly shm_size?: string | number;
  readonly stop_grace_period?: string;
}

let services: Readonly<Record<string, Service>> = {};
beforeAll(async () => {
  await kubernetesTools(console.error);
  const files = [join(PROJECT, "docker-compose.gpu.yml")];
  const loaded = await loadCompose(files, { environment: { GPU_CLASS: "24gb-ada" } });
  services = (loaded as { readonly services: typeof services }).services;
}, 20 * 60_000);

const service = (name: string): Service => {
  const found = services[name];
  if (!found) throw new Error(`compose: no service ${name}`);
  return found;
};

async function container(component: string, name: string): Promise<Container> {
  const workload = workloadsOf(await render("one-gpu")).find((each) => each.component === component);
  const found = workload?.pod.containers.find((each) => each.name === name);
  if (!found) throw new Error(`chart: no container ${name}`);
  return found;
}

/** Only what has a value; a shell's own variables stand for themselves. */
const settings = (
  values: Readonly<Record<string, string | null | undefined>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === null || value === undefined || value === "" ? [] : [[name, value]],
    ),
  );

describe("compose and chart give vLLM", () => {
  test("the same image", async () => {
    expect((await container("vllm", "vllm")).image).toBe(service("vllm").image);
    expect((await container("vllm", "warm-up")).image).toBe(service("warm-up").image);
  });

  test.each(gpuClasses)("the same arguments on a card of the class %s", async (gpuClass) => {
    const engine = `engines=[{"name":"card","gpuClass":"${gpuClass}"}]`;
    const manifests = await render("one-gpu", [engine]);
    const [chart] =
      workloadsOf(manifests).find(({ component }) => component === "vllm")?.pod.containers ?? [];
    const { command, volumes = [] } = service("vllm");
    const shell = /exec (vllm serve .*)$/.exec(command.join(" "))?.[1] ?? "";
    const compose = shell
      .replaceAll('"', "")
      .replaceAll(/\$+\{GPU_CLASS\}/g, gpuClass)
      .split(" ");
    expect([...(chart?.command ?? []), ...(chart?.args ?? [])]).toEqual(compose);
    expect(compose).toEqual(["vllm", "serve", "--config", `/classes/${gpuClass}.yaml`]);

    // The file at that path is the same one.
    const file = readFileSync(classFile(gpuClass), "utf8");
    const shipped = manifests.find(({ metadata }) => metadata.name === "sightline-vllm-classes");
    expect(shipped?.data?.[`${gpuClass}.yaml`]).toBe(file);
    const mounted = volumes.find(({ target }) => target === "/classes");
    expect(readFileSync(join(mounted?.source ?? "", `${gpuClass}.yaml`), "utf8")).toBe(file);
  });

  test("the same environment", async () => {
    const { GPU_CLASS: _, ...compose } = settings(service("vllm").environment ?? {});
    expect(settings(envOf(await container("vllm", "vllm")))).toEqual(compose);
  });

  test("the same shared memory, and as long to end", async () => {
    expect(Number(service("vllm").shm_size)).toBe(2 * 1024 ** 3);
    const workload = workloadsOf(await render("one-gpu")).find(({ component }) => component === "vllm");
    expect(JSON.stringify(workload?.pod.volumes)).toContain('"medium":"Memory","sizeLimit":"2Gi"');
    expect(workload?.pod.terminationGracePeriodSeconds).toBe(60);
    expect(service("vllm").stop_grace_period).toBe("1m0s");
  });

  test("the same warm-up", async () => {
    const chart = await container("vllm", "warm-up");
    expect(chart.command).toEqual(service("warm-up").entrypoint);
    expect(chart.args?.[0]).toBe(service("warm-up").command[0]);
  });
});

test("gateway and agent are told the same of the engine", async () => {
  const manifests = await render("one-gpu");
  const chart = manifests.find(({ metadata }) => metadata.name === "sightline-settings")?.data ?? {};
  const compose = settings(service("agent").environment ?? {});
  for (const name of ["LOCAL_ENGINE_KIND", "LOCAL_ENGINE_MODEL", "HOST", "LOG_LEVEL"])
    expect(chart[name]).toBe(compose[name]);
});

test("calls may last as long", async () => {
  const agent = envOf(await container("agent", "agent"));
  expect(agent["AGENT_DRAIN_MS"]).toBe(service("agent").environment?.["AGENT_DRAIN_MS"]);
});
