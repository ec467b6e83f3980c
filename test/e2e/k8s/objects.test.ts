import { beforeAll, describe, expect, test } from "vitest";
import { kubernetesTools } from "../../../scripts/tools/kubernetes.ts";
import { EXAMPLES, type Manifest, matches, render, type Workload, workloadsOf } from "./chart.ts";

beforeAll(() => kubernetesTools(console.error), 20 * 60_000);

type Labels = Readonly<Record<string, string>>;

const ofKind = (manifests: readonly Manifest[], kind: string): readonly Manifest[] =>
  manifests.filter((each) => each.kind === kind);
const selected = (workloads: readonly Workload[], labels: Labels): readonly Workload[] =>
  workloads.filter((workload) => matches(labels, workload.labels));
const portsOf = ({ pod }: Workload): readonly string[] =>
  pod.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name));

describe.each(EXAMPLES)("the objects of %s", (example) => {
  let manifests: readonly Manifest[] = [];
  let workloads: readonly Workload[] = [];
  beforeAll(async () => {
    manifests = await render(example);
    workloads = workloadsOf(manifests);
  });

  test("have Services that lead to ports of one component's pods", () => {
    for (const { spec } of ofKind(manifests, "Service")) {
      const { selector, ports } = spec as {
        readonly selector: Labels;
        readonly ports: readonly { readonly targetPort: string }[];
      };
      const pods = selected(workloads, selector);
      expect(new Set(pods.map(({ component }) => component)).size).toBe(1);
      for (const pod of pods) for (const { targetPort } of ports) expect(portsOf(pod)).toContain(targetPort);
    }
  });

  test("lead to each other by the pods' own ports and labels, by which AWS' plugin knows a Service in a policy", () => {
    const policies = JSON.stringify(ofKind(manifests, "NetworkPolicy").map(({ spec }) => spec["egress"]));
    for (const { metadata, spec } of ofKind(manifests, "Service")) {
      const { selector, ports } = spec as {
        readonly selector: Labels;
        readonly ports: readonly { readonly port: number; readonly targetPort: string }[];
      };
      // Nobody of ours asks the page.
      if (metadata.name === "sightline-gateway") continue;
      expect(policies).toContain(JSON.stringify({ podSelector: { matchLabels: selector } }));
      const [pod] = selected(workloads, selector);
      const own = pod?.pod.containers.flatMap((container) => container.ports ?? []) ?? [];
      for (const { port, targetPort } of ports)
        expect(own.find(({ name }) => name === targetPort)?.containerPort).toBe(port);
    }
  });

  test("have a disruption budget for each component that has callers", () => {
    const budgets = ofKind(manifests, "PodDisruptionBudget").map(({ spec }) => {
      const { selector, maxUnavailable } = spec as {
        readonly selector: { readonly matchLabels: Labels };
        readonly maxUnavailable: number;
      };
      expect(maxUnavailable).toBe(1);
      return selected(workloads, selector.matchLabels).map(({ name }) => name);
    });
    const covered = workloads.filter(({ component }) => component !== "redis").map(({ name }) => name);
    expect(budgets.flat().sort()).toEqual(covered.sort());
  });

  test("are watched by monitors at ports that their pods have, under the names of the rules", () => {
    const monitors = ofKind(manifests, "PodMonitor");
    const [foreign, own] = [true, false].map((is) =>
      monitors.filter(({ spec }) => "namespaceSelector" in spec === is),
    );
    // Of the GPU operator, whose pods are not ours.
    for (const { metadata } of foreign ?? []) expect(metadata.name).toBe("sightline-gpu");
    for (const { metadata, spec } of own ?? []) {
      const { selector, podMetricsEndpoints } = spec as {
        readonly selector: { readonly matchLabels: Labels };
        readonly podMetricsEndpoints: readonly {
          readonly port: string;
          readonly relabelings: readonly { readonly targetLabel: string; readonly replacement: string }[];
        }[];
      };
      const pods = selected(workloads, selector.matchLabels);
      expect(pods.length).toBeGreaterThan(0);
      const [endpoint] = podMetricsEndpoints;
      for (const pod of pods) expect(portsOf(pod)).toContain(endpoint?.port);
      const job = metadata.name.replace("sightline-", "");
      expect(endpoint?.relabelings).toContainEqual({ targetLabel: "job", replacement: job });
    }
  });

  test("leave to KEDA the number of pods of whatever it scales, and never none", () => {
    for (const { spec } of ofKind(manifests, "ScaledObject")) {
      const { scaleTargetRef, minReplicaCount, triggers } = spec as {
        readonly scaleTargetRef: { readonly name: string };
        readonly minReplicaCount: number;
        readonly triggers: readonly { readonly metadata: { readonly query: string } }[];
      };
      const target = manifests.find(
        ({ kind, metadata }) => kind === "Deployment" && metadata.name === scaleTargetRef.name,
      );
      expect(target?.spec).not.toHaveProperty("replicas");
      expect(minReplicaCount).toBeGreaterThan(0);
      for (const { metadata } of triggers) expect(metadata.query).toContain('namespace="voice"');
    }
  });

  test("name volumes, settings and accounts that are there, or that are the operator's", () => {
    const own = new Set(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    const named = JSON.stringify(workloads);
    for (const [kind, pattern] of [
      ["PersistentVolumeClaim", /"claimName":"(sightline-[\w-]+)"/g],
      ["ConfigMap", /"configMap(?:Ref)?":\{"name":"([\w-]+)"/g],
      ["ServiceAccount", /"serviceAccountName":"([\w-]+)"/g],
      ["Secret", /"secretName":"(sightline-secrets)"/g],
    ] as const)
      for (const [, name = ""] of named.matchAll(pattern)) expect(own).toContain(`${kind} ${name}`);
  });
});
