import { beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../../../orchestrator/config/read-config.ts";
import { kubernetesTools } from "../../../scripts/tools/kubernetes.ts";
import {
  byComponent,
  cardsOf,
  containersOf,
  envOf,
  EXAMPLES,
  mainOf,
  matches,
  render,
  type Workload,
  workloadsOf,
} from "./chart.ts";

beforeAll(() => kubernetesTools(console.error), 20 * 60_000);

/** Label of pods that share the store's file. */
const STORE = "sightline/store";

const inBytes = (quantity: string | undefined): number => {
  const [, number, unit = ""] = /^([\d.]+)(Ki|Mi|Gi)?$/.exec(quantity ?? "") ?? [];
  return Number(number) * 1024 ** ["", "Ki", "Mi", "Gi"].indexOf(unit);
};

describe.each(EXAMPLES)("the pods of %s", (example) => {
  let workloads: readonly Workload[] = [];
  beforeAll(async () => {
    workloads = workloadsOf(await render(example));
  });

  test("are found by their own selector and by no other", () => {
    for (const { selector, name } of workloads)
      expect(workloads.filter(({ labels }) => matches(selector, labels)).map((each) => each.name)).toEqual([
        name,
      ]);
  });

  test("are told of no version but that of their images: an upgrade leaves alone whoever it does not change", () => {
    for (const { labels, annotations, selector, pod } of workloads) {
      expect(labels).toEqual({ ...selector, ...(STORE in labels && { [STORE]: labels[STORE] }) });
      const own = { annotations, pod: { ...pod, initContainers: [], containers: [] } };
      expect(JSON.stringify(own)).not.toMatch(/helm\.sh|\d+\.\d+\.\d+/);
    }
  });

  test("say what they need and what they may take", () => {
    for (const { resources } of workloads.flatMap(containersOf)) {
      expect(resources.requests["cpu"]).toBeDefined();
      expect(inBytes(resources.requests["memory"])).toBeGreaterThan(0);
      expect(inBytes(resources.limits["memory"])).toBeGreaterThanOrEqual(
        inBytes(resources.requests["memory"]),
      );
    }
  });

  test("run the gate's image that has what it computes on", () => {
    const wrong = byComponent(workloads, "gate")
      .map(mainOf)
      .filter((gate) => {
        // With a digest it is the operator's to say.
        const [, tag] = /^[^@]+:([\w.-]+)$/.exec(gate.image) ?? [];
        return tag !== undefined && !tag.endsWith(`-${envOf(gate)["GATE_PROVIDER"]}`);
      });
    expect(wrong.map(({ image }) => image)).toEqual([]);
  });

  test("probe and serve at ports that they have", () => {
    for (const { pod } of workloads) {
      const names = pod.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name));
      expect(new Set(names).size).toBe(names.length);
      for (const { ports = [], ...container } of pod.containers)
        for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe])
          if (probe?.httpGet) expect(ports.map(({ name }) => name)).toContain(probe.httpGet.port);
    }
  });

  test("mount what they have, and have what they mount", () => {
    for (const { pod } of workloads) {
      const mounted = [...(pod.initContainers ?? []), ...pod.containers].flatMap(({ volumeMounts = [] }) =>
        volumeMounts.map(({ name }) => name),
      );
      expect(new Set(mounted)).toEqual(new Set(pod.volumes.map((volume) => volume["name"])));
    }
  });

  test("hold one GPU each, and only where there is use for it", () => {
    const holders = workloads.flatMap(containersOf).filter((container) => cardsOf(container).length > 0);
    const users = workloads
      .map(mainOf)
      .filter((main) => main.name === "vllm" || envOf(main)["GATE_PROVIDER"] === "cuda");
    expect(holders.map(({ name }) => name)).toEqual(users.map(({ name }) => name));
    for (const holder of holders) expect(cardsOf(holder)).toEqual([1]);
  });

  test("give JavaScript three quarters of their memory at most", () => {
    for (const workload of [...byComponent(workloads, "gateway"), ...byComponent(workloads, "agent")]) {
      const main = mainOf(workload);
      const heapMb = Number(/=(\d+)$/.exec(envOf(main)["NODE_OPTIONS"] ?? "")?.[1]);
      const processes = 1 + Number(envOf(main)["AGENT_PROCESSES"] ?? 0);
      expect(heapMb * processes * 1024 ** 2).toBeLessThanOrEqual(
        0.75 * inBytes(main.resources.limits["memory"]),
      );
    }
  });

  test("are told what the program takes", async () => {
    const manifests = await render(example);
    const settings = manifests.find(({ metadata }) => metadata.name === "sightline-settings")?.data ?? {};
    for (const component of ["gateway", "agent"]) {
      const [workload] = byComponent(workloads, component);
      const own = envOf(mainOf(workload!));
      const files = Object.keys(own).filter((name) => name.endsWith("_FILE") && !name.startsWith("TLS_"));
      const secretOf = (name: string): string =>
        name === "DATABASE_URL" ? "postgres://a:b@database.example.org/c" : "k".repeat(40);
      const keys = Object.fromEntries(
        files.map((file) => file.replace(/_FILE$/, "")).map((name) => [name, secretOf(name)]),
      );
      const plain = Object.fromEntries(Object.entries(own).filter(([name]) => !files.includes(name)));
      const config = readConfig("/app", { ...settings, ...plain, ...keys });
      expect(config.local?.apiKey).toBe("k".repeat(40));
      expect(config.local?.kind).toBe(example === "engine-elsewhere" ? "auto" : "vllm");
      expect(config.gateUrl).toBe("http://sightline-gate:8010");
      expect(config.livekit?.apiSecret).toBe("k".repeat(40));
      expect(config.http.host).toBe("0.0.0.0");
      expect(config.http.metricsToken).toBe("k".repeat(40));
      expect(config.dataDir).toBe("/data");
      const hasDatabase = example === "pool" || example === "postgres";
      expect(config.database?.host).toBe(hasDatabase ? "database.example.org" : undefined);
      if (component === "gateway") {
        expect(config.http.accessCode).toBe("k".repeat(40));
        expect(config.http.drainMs).toBe(600_000);
      } else expect(config.agent.drainMs).toBe(7_200_000);
    }
  });
});

test("a volume is never more than its node can have: examples of ReadWriteOnce are of one pod", async () => {
  for (const example of EXAMPLES) {
    const manifests = await render(example);
    const once = manifests.filter(
      ({ kind, spec }) => kind === "PersistentVolumeClaim" && JSON.stringify(spec).includes("ReadWriteOnce"),
    );
    for (const { metadata } of once.filter(({ metadata: { name } }) => name !== "sightline-store")) {
      const users = manifests.filter(
        ({ kind, spec }) => kind === "Deployment" && JSON.stringify(spec).includes(`"${metadata.name}"`),
      );
      expect(users).toHaveLength(1);
      expect(users[0]?.spec["replicas"]).toBe(1);
    }
  }
});
