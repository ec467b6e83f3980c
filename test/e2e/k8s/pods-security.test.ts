import { beforeAll, describe, expect, test } from "vitest";
import { type Variable, variables } from "../../../orchestrator/environment.ts";
import { kubernetesTools } from "../../../scripts/tools/kubernetes.ts";
import {
  cardsOf,
  type Container,
  containersOf,
  envOf,
  EXAMPLES,
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
});
