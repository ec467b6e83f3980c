import assert from "node:assert/strict";
import { join } from "node:path";
import { PROJECT_DIR } from "../../orchestrator/project.ts";
import { parseYaml, runTool } from "../tools/kubernetes.ts";
import { created, type KubernetesObject, makeNamespace, messageOf, strictPath } from "./cluster.ts";
import type { Kubernetes } from "./server.ts";

const CHART = join(PROJECT_DIR, "k8s", "chart");
const RELEASE = "sightline";
/** What an upgrade to a newer version changes, in every example. */
const NEWER = ["--set", "image.tag=next,gate.threads=2,gateway.drainSeconds=300"];

/** Installs an example in a namespace of its own, upgrades, goes back and deletes it. */
export async function tryExample(kubernetes: Kubernetes, example: string): Promise<void> {
  const namespace = `example-${example}`;
  await makeNamespace(kubernetes, namespace);
  const values = valuesOf(example, namespace);
  const objects = await rendered(values);
  for (const object of objects) created(await dryRun(kubernetes, object, namespace));

  await helm(kubernetes, ["install", RELEASE, CHART, ...values]);
  for (const pod of objects.flatMap(podsOf)) {
    const reply = await dryRun(kubernetes, pod, namespace);
    created(reply);
    assert.deepEqual(reply.warnings, [], `the pod of ${pod.metadata.name}`);
  }
  const keys = await secretsOf(kubernetes, namespace);
  await helm(kubernetes, ["upgrade", RELEASE, CHART, ...values, ...NEWER]);
  assert.deepEqual(await secretsOf(kubernetes, namespace), keys, "an upgrade keeps the keys");
  const newer = imagesOf(await deploymentsOf(kubernetes, namespace));
  assert.notDeepEqual(newer, imagesOf(objects), "an upgrade brings another image");
  await helm(kubernetes, ["rollback", RELEASE, "1", "--namespace", namespace]);
  assert.deepEqual(await secretsOf(kubernetes, namespace), keys, "a rollback keeps the keys");
  const images = imagesOf(await deploymentsOf(kubernetes, namespace));
  assert.deepEqual(images, imagesOf(objects), "a rollback brings back every image");
  await helm(kubernetes, ["uninstall", RELEASE, "--namespace", namespace]);
  const left = await claimsOf(kubernetes, namespace);
  assert.deepEqual(left, claimNames(objects), "volumes stay when the release is deleted");
  await helm(kubernetes, ["install", RELEASE, CHART, ...values]);
  assert.deepEqual(
    await secretsOf(kubernetes, namespace),
    keys,
    "whoever installs again finds the same keys",
  );
}

/** The server refuses what it should: otherwise that it takes the chart's objects would say nothing. */
export async function tryFaults(kubernetes: Kubernetes): Promise<void> {
  const namespace = "faults";
  await makeNamespace(kubernetes, namespace);
  const objects = await rendered(valuesOf("one-gpu", namespace));
  const [pod] = objects.flatMap(podsOf);
  const service = objects.find(({ kind }) => kind === "Service");
  assert(pod !== undefined && service !== undefined);
  const root = { ...pod, spec: { ...(pod["spec"] as object), securityContext: { runAsUser: 0 } } };
  const misspelt = { ...service, spec: { ...(service["spec"] as object), selectr: {} } };
  for (const [fault, expected] of [
    [root, /violates PodSecurity "restricted/],
    [misspelt, /unknown field "spec\.selectr"/],
  ] as const)
    assert.match(messageOf(await dryRun(kubernetes, fault, namespace)), expected);
}

async function dryRun(kubernetes: Kubernetes, object: KubernetesObject, namespace: string) {
  const path = await strictPath(kubernetes, object, namespace);
  const reply = await kubernetes.ask("POST", path, object);
  return { ...reply, body: { message: `${object.kind} ${object.metadata.name}: ${messageOf(reply)}` } };
}

/** What helm is told of an example. */
export const valuesOf = (example: string, namespace: string): readonly string[] => [
  "--namespace",
  namespace,
  "-f",
  join(CHART, "ci", `${example}-values.yaml`),
];

/** The objects that helm makes of values, none of them sent. */
export async function rendered(values: readonly string[]): Promise<readonly KubernetesObject[]> {
  const { status, stdout, stderr } = await runTool("helm", ["template", RELEASE, CHART, ...values]);
  assert.equal(status, 0, stderr);
  return (await parseYaml(stdout)) as readonly KubernetesObject[];
}

/** The pod that a workload's controller would make. */
function podsOf(workload: KubernetesObject): readonly KubernetesObject[] {
  if (workload.kind !== "Deployment" && workload.kind !== "StatefulSet") return [];
  const { template, volumeClaimTemplates = [] } = workload["spec"] as {
    readonly template: { readonly metadata: object; readonly spec: { readonly volumes?: readonly object[] } };
    readonly volumeClaimTemplates?: readonly KubernetesObject[];
  };
  const claims = volumeClaimTemplates.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-${workload.metadata.name}-0` },
  }));
  const volumes = [...(template.spec.volumes ?? []), ...claims];
  const metadata = { ...template.metadata, name: workload.metadata.name };
  return [{ apiVersion: "v1", kind: "Pod", metadata, spec: { ...template.spec, volumes } }];
}

/** Files that are links, and the annotation by which alone GKE's controller takes an Ingress. */
const NO_WARNING = /found symbolic link|kubernetes\.io\/ingress\.class/;

/** @throws {AssertionError} when it fails, or warns of anything */
async function helm({ kubeconfig }: Kubernetes, args: readonly string[]): Promise<void> {
  const { status, stderr } = await runTool("helm", ["--kubeconfig", kubeconfig, ...args]);
  const said = stderr.split("\n").filter((line) => line !== "" && !NO_WARNING.test(line));
  assert.deepEqual({ status, said }, { status: 0, said: [] }, `helm ${args[0]}`);
}

async function secretsOf({ ask }: Kubernetes, namespace: string): Promise<unknown> {
  const { items } = (await ask("GET", `/api/v1/namespaces/${namespace}/secrets`)).body as {
    readonly items: readonly {
      readonly type: string;
      readonly metadata: { readonly name: string };
      readonly data: unknown;
    }[];
  };
  return items
    .filter(({ type }) => type !== "helm.sh/release.v1")
    .map(({ metadata, data }) => [metadata.name, data]);
}

async function deploymentsOf({ ask }: Kubernetes, namespace: string): Promise<readonly KubernetesObject[]> {
  const { items } = (await ask("GET", `/apis/apps/v1/namespaces/${namespace}/deployments`)).body as {
    readonly items: readonly Omit<KubernetesObject, "kind">[];
  };
  return items.map((item) => ({ ...item, kind: "Deployment" }) as KubernetesObject);
}

/** Of each Deployment's containers, by its name. */
function imagesOf(objects: readonly KubernetesObject[]): readonly string[] {
  return objects
    .filter(({ kind }) => kind === "Deployment")
    .map(({ metadata, ...object }) => {
      const { template } = object["spec"] as {
        readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
      };
      return [metadata.name, ...template.spec.containers.map(({ image }) => image)].join(" ");
    })
    .toSorted();
}

async function claimsOf({ ask }: Kubernetes, namespace: string): Promise<readonly string[]> {
  const { items } = (await ask("GET", `/api/v1/namespaces/${namespace}/persistentvolumeclaims`)).body as {
    readonly items: readonly { readonly metadata: { readonly name: string } }[];
  };
  return items.map(({ metadata }) => metadata.name).toSorted();
}

const claimNames = (objects: readonly KubernetesObject[]): readonly string[] =>
  objects
    .filter(({ kind }) => kind === "PersistentVolumeClaim")
    .map(({ metadata }) => metadata.name)
    .toSorted();
