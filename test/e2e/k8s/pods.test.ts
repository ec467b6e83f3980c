import { beforeAll, describe, expect, test } from "vitest";
import { type GpuClass } from "../../../inference/vllm/choose-class.ts";
import { readClass } from "../../../inference/vllm/read-class.ts";
import { readConfig } from "../../../orchestrator/config/read-config.ts";
import { type Variable, variables } from "../../../orchestrator/environment.ts";
import { kubernetesTools } from "../../../scripts/tools/kubernetes.ts";
import {
  type Container,
  containersOf,
  envOf,
  EXAMPLES,
  matches,
  render,
  type Workload,
  workloadsOf,
} from "./chart.ts";

beforeAll(() => kubernetesTools(console.error), 20 * 60_000);

/** What PodSecurity's restricted profile lets a pod mount. */
const VOLUMES = [
  "configMap",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];
/** Containers whose root file system may be written, and pods with a token of the API: each has its reason. */
const isWritable = (container: Container): boolean => cardsOf(container).length > 0;
const WITH_TOKEN = new Set(["router"]);

/** What a container holds of GPUs. */
const cardsOf = ({ resources }: Container): readonly unknown[] =>
  Object.entries(resources.limits).flatMap(([name, count]) =>
    name.startsWith("nvidia.com/") ? [count] : [],
  );

const inBytes = (quantity: string | undefined): number => {
  const [, number, unit = ""] = /^([\d.]+)(Ki|Mi|Gi)?$/.exec(quantity ?? "") ?? [];
  return Number(number) * 1024 ** ["", "Ki", "Mi", "Gi"].indexOf(unit);
};

const byComponent = (workloads: readonly Workload[], component: string): readonly Workload[] =>
  workloads.filter((each) => each.component === component);

const mainOf = ({ pod, component }: Workload): Container => {
  const found = pod.containers.find(({ name }) => name === component);
  if (!found) throw new Error(`${component}: no container of that name`);
  return found;
};

describe.each(EXAMPLES)("the pods of %s", (example) => {
  let workloads: readonly Workload[] = [];
  beforeAll(async () => {
    workloads = workloadsOf(await render(example));
  });

  test("keep to PodSecurity's restricted profile", () => {
    for (const { pod } of workloads) {
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(pod.securityContext["runAsUser"]).toBeGreaterThan(0);
      for (const host of ["hostNetwork", "hostPID", "hostIPC"]) expect(pod[host]).toBeUndefined();
      for (const { name: _, ...volume } of pod.volumes) {
        expect(VOLUMES).toContain(Object.keys(volume)[0]);
      }
    }
    for (const { securityContext, ports = [] } of workloads.flatMap(containersOf)) {
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
      });
      expect(securityContext).not.toHaveProperty("privileged");
      for (const port of ports) expect(port).not.toHaveProperty("hostPort");
    }
  });

  test("have a read-only root and no token of the API, but for those with a reason", () => {
    const writable = workloads
      .flatMap(containersOf)
      .filter(({ securityContext }) => securityContext["readOnlyRootFilesystem"] !== true);
    expect(writable.filter((container) => !isWritable(container))).toEqual([]);
    const withToken = workloads.filter(({ pod }) => pod.automountServiceAccountToken);
    expect(withToken.filter(({ component }) => !WITH_TOKEN.has(component))).toEqual([]);
  });

  test("are found by their own selector and by no other", () => {
    for (const { selector, name } of workloads)
      expect(workloads.filter(({ labels }) => matches(selector, labels)).map((each) => each.name)).toEqual([
        name,
      ]);
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

  test("have all three probes; whoever starts slowly has its time", () => {
    for (const { startupProbe, livenessProbe, readinessProbe } of workloads.flatMap(
      ({ pod }) => pod.containers,
    ))
      for (const probe of [startupProbe, livenessProbe, readinessProbe])
        expect(Boolean(probe?.exec ?? probe?.httpGet ?? probe?.tcpSocket)).toBe(true);
    for (const vllm of byComponent(workloads, "vllm").map(mainOf)) {
      const { periodSeconds = 0, failureThreshold = 0 } = vllm.startupProbe ?? {};
      expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(1200);
    }
  });

  test("are ended only when their process no longer answers; whether they see is a matter of readiness", () => {
    for (const vllm of byComponent(workloads, "vllm").map(mainOf)) {
      for (const probe of [vllm.startupProbe, vllm.livenessProbe])
        expect(probe?.httpGet).toEqual({ path: "/health", port: "http" });
      const { periodSeconds = 0, failureThreshold = 0 } = vllm.livenessProbe ?? {};
      expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(100);
      expect(JSON.stringify(vllm.readinessProbe?.exec)).toContain("/warm-up/warm_up.py");
    }
    for (const { pod } of workloads)
      for (const { livenessProbe } of pod.containers) {
        expect(livenessProbe?.exec).toBeUndefined();
        expect(livenessProbe?.httpGet?.path).not.toBe("/readyz");
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

  test("have longer to end than they take: the pause before the signal, and their drain", () => {
    for (const workload of workloads) {
      const main = mainOf(workload);
      const pause = main.lifecycle?.preStop.sleep.seconds ?? 0;
      expect(pause).toBeGreaterThanOrEqual(15);
      expect(workload.pod.terminationGracePeriodSeconds).toBeGreaterThan(pause + drainSeconds(workload));
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

  test("hold no secret in their environment", async () => {
    const settings = (await render(example)).find(({ metadata }) => metadata.name === "sightline-settings");
    const secrets = new Set(
      Object.entries<Variable>(variables).flatMap(([name, { secret }]) => (secret ? [name] : [])),
    );
    expect(Object.keys(settings?.data ?? {}).filter((name) => secrets.has(name))).toEqual([]);
    for (const container of workloads.flatMap(containersOf))
      for (const [name, value] of Object.entries(envOf(container)))
        if (/KEY|SECRET|TOKEN|PASSWORD|CODE/.test(name) && value !== undefined)
          expect(value).toMatch(name.endsWith("_FILE") ? /^\/run\/secrets\// : /\$\(\w+\)$/);
  });

  test("run images of a fixed version", () => {
    for (const { image } of workloads.flatMap(containersOf))
      expect(image).toMatch(/^[\w./-]+(:[\w.-]*\d[\w.-]*)?(@sha256:[0-9a-f]{64})?$/);
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

/** How long a component goes on after the signal. */
function drainSeconds(workload: Workload): number {
  const [, file = ""] = mainOf(workload).args ?? [];
  switch (workload.component) {
    case "agent":
      return Number(envOf(mainOf(workload))["AGENT_DRAIN_MS"]) / 1000;
    case "gateway":
      return Number(envOf(mainOf(workload))["GATEWAY_DRAIN_MS"]) / 1000;
    case "vllm":
      return Number(readClass(file.replace(/^\/classes\/(.*)\.yaml$/, "$1") as GpuClass)["shutdown-timeout"]);
    case "livekit":
      return 7200;
    default:
      return 10;
  }
}

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
