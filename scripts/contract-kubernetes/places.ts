import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { created, type KubernetesObject, makeNamespace } from "./cluster.ts";
import { rendered, valuesOf } from "./checks.ts";
import { CLUSTERS, type Nodes, TOO_SMALL } from "./nodes.ts";
import type { Kubernetes } from "./server.ts";

const POLL_MS = 250;
/** The scheduler tries a pod again within so long when something has changed. */
const PATIENCE_MS = 15_000;

interface Workload extends KubernetesObject {
  readonly spec: {
    readonly replicas?: number;
    readonly strategy?: { readonly rollingUpdate?: { readonly maxSurge?: number } };
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: { readonly volumes?: readonly { readonly name: string }[] };
    };
  };
}

/** The scheduler finds a node for every pod of an example, and for those that an upgrade starts beside them. */
export async function tryPlaces(kubernetes: Kubernetes, example: string): Promise<void> {
  const cluster = CLUSTERS[example];
  assert(cluster !== undefined, `nodes.ts: no cluster for the example ${example}`);
  const namespace = `places-${example}`;
  const { steady, upgrade } = podsOf(await prepared(kubernetes, example, namespace), namespace);
  await using _nodes = await makeNodes(kubernetes, namespace, cluster);
  assert.deepEqual(await unplaced(kubernetes, namespace, steady), [], "every pod has a node");
  assert.deepEqual(await unplaced(kubernetes, namespace, upgrade), [], "every pod of an upgrade has a node");
}

/** Where there is no room the scheduler says so: otherwise that it found some would say nothing. */
export async function tryCrowd(kubernetes: Kubernetes): Promise<void> {
  const namespace = "crowded";
  const { steady } = podsOf(await prepared(kubernetes, "eks", namespace), namespace);
  await using _nodes = await makeNodes(kubernetes, namespace, TOO_SMALL);
  const [left, ...others] = await unplaced(kubernetes, namespace, steady);
  assert.match(left ?? "", /^sightline-vllm-l4-0: .*Insufficient cpu/);
  assert.deepEqual(others, []);
}

/** The objects of an example, and in its namespace what its pods need to be taken. */
async function prepared(
  kubernetes: Kubernetes,
  example: string,
  namespace: string,
): Promise<readonly KubernetesObject[]> {
  const objects = await rendered(valuesOf(example, namespace));
  await makeNamespace(kubernetes, namespace);
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  for (const object of objects)
    if (object.kind === "ServiceAccount") created(await kubernetes.ask("POST", accounts, object));
  return objects;
}

/** Pods as their controllers would make them; every volume is an empty one, as its disk is made where the pod is. */
function podsOf(objects: readonly KubernetesObject[], namespace: string) {
  const workloads = objects.filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet");
  const scaled = new Map(objects.filter(({ kind }) => kind === "ScaledObject").map(leastOf));
  const pods = (workload: KubernetesObject, from: number, count: number): readonly KubernetesObject[] =>
    Array.from({ length: count }, (_, index) => toPod(workload as Workload, namespace, from + index));
  const sizes = workloads.map((workload) => {
    const { replicas, strategy } = (workload as Workload).spec;
    const count = replicas ?? scaled.get(workload.metadata.name) ?? 1;
    return { workload, count, more: strategy?.rollingUpdate?.maxSurge ?? 0 };
  });
  return {
    steady: sizes.flatMap(({ workload, count }) => pods(workload, 0, count)),
    upgrade: sizes.flatMap(({ workload, count, more }) => pods(workload, count, more)),
  };
}

function leastOf(object: KubernetesObject): readonly [string, number] {
  const { scaleTargetRef, minReplicaCount } = object["spec"] as {
    readonly scaleTargetRef: { readonly name: string };
    readonly minReplicaCount: number;
  };
  return [scaleTargetRef.name, minReplicaCount];
}

function toPod({ metadata, spec }: Workload, namespace: string, index: number): KubernetesObject {
  const { template } = spec;
  const volumes = (template.spec.volumes ?? []).map(({ name }) => ({ name, emptyDir: {} }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...template.metadata, name: `${metadata.name}-${index}`, namespace },
    // `data` is what PostgreSQL's own claims would be.
    spec: { ...template.spec, volumes: [...volumes, { name: "data", emptyDir: {} }] },
  };
}

/** Gives pods to the scheduler: those that it finds no node for, each with its reason. */
async function unplaced(
  { ask }: Kubernetes,
  namespace: string,
  pods: readonly KubernetesObject[],
): Promise<readonly string[]> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  for (const pod of pods) created(await ask("POST", path, pod));
  let left: readonly string[] = [];
  for (let untilMs = performance.now() + PATIENCE_MS; performance.now() < untilMs; await wait(POLL_MS)) {
    const { items } = (await ask("GET", path)).body as {
      readonly items: readonly {
        readonly metadata: { readonly name: string };
        readonly spec: { readonly nodeName?: string };
        readonly status: { readonly conditions?: readonly { readonly message?: string }[] };
      }[];
    };
    const now = items
      .filter(({ spec }) => spec.nodeName === undefined)
      .map(
        ({ metadata, status }) => `${metadata.name}: ${status.conditions?.[0]?.message ?? "not looked at"}`,
      );
    if (now.length === 0) return [];
    if (now.length < left.length) untilMs = performance.now() + PATIENCE_MS;
    left = now;
  }
  return left;
}

/** Nodes without a machine behind them; disposing takes them away, and the pods that a namespace has. */
async function makeNodes(
  { ask }: Kubernetes,
  namespace: string,
  cluster: readonly Nodes[],
): Promise<AsyncDisposable> {
  const nodes = cluster.flatMap((kind, group) =>
    Array.from({ length: kind.count }, (_, index) => ({ kind, name: `${namespace}-${group}-${index}` })),
  );
  for (const { kind, name } of nodes) {
    const path = `/api/v1/nodes/${name}`;
    const labels = { "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": "a", ...kind.labels };
    const node = { apiVersion: "v1", kind: "Node", metadata: { name, labels } };
    created(await ask("POST", "/api/v1/nodes", node));
    // Each comes with a taint that says that it is not ready, which its controller would take away.
    const taints = kind.taint === undefined ? [] : [{ ...kind.taint, effect: "NoSchedule" }];
    assert.equal((await ask("PUT", path, { ...node, spec: { taints } })).status, 200);
    const gpus = kind.gpu === undefined ? {} : { [kind.gpu.resource]: String(kind.gpu.count) };
    const room = { cpu: kind.cpu, memory: kind.memory, pods: "110", "ephemeral-storage": "100Gi", ...gpus };
    const conditions = [{ type: "Ready", status: "True" }];
    const status = { capacity: room, allocatable: room, conditions };
    assert.equal((await ask("PUT", `${path}/status`, { ...node, status })).status, 200);
  }
  return {
    async [Symbol.asyncDispose]() {
      // One that waits would take the next cluster's place.
      await ask("DELETE", `/api/v1/namespaces/${namespace}/pods?gracePeriodSeconds=0`);
      for (const { name } of nodes) await ask("DELETE", `/api/v1/nodes/${name}`);
    },
  };
}
