import assert from "node:assert/strict";
import { customResources } from "../tools/kubernetes.ts";
import type { Kubernetes, Reply } from "./server.ts";

/** An object as it goes to the API. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** GKE's, whose maker publishes no definition: taken as it stands here, checked field by field by `make chart`. */
const BACKEND_CONFIG: KubernetesObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "backendconfigs.cloud.google.com" },
  spec: {
    group: "cloud.google.com",
    names: { plural: "backendconfigs", singular: "backendconfig", kind: "BackendConfig" },
    scope: "Namespaced",
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
};

/** What a cluster has that this chart leans on: kinds of operators, a class of GPU pods, a priority. */
export async function furnish({ ask }: Kubernetes): Promise<void> {
  const definitions = (await customResources()) as readonly KubernetesObject[];
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  for (const definition of [...definitions, BACKEND_CONFIG]) created(await ask("POST", path, definition));
  created(
    await ask("POST", "/apis/node.k8s.io/v1/runtimeclasses", {
      apiVersion: "node.k8s.io/v1",
      kind: "RuntimeClass",
      metadata: { name: "nvidia" },
      handler: "nvidia",
    }),
  );
  created(
    await ask("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: "calls" },
      value: 1000,
    }),
  );
}

/** A namespace that takes only pods of PodSecurity's restricted profile, with the account that each has. */
export async function makeNamespace({ ask }: Kubernetes, name: string): Promise<void> {
  const pod = "pod-security.kubernetes.io";
  const labels = { [`${pod}/enforce`]: "restricted", [`${pod}/warn`]: "restricted" };
  created(
    await ask("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels },
    }),
  );
  created(
    await ask("POST", `/api/v1/namespaces/${name}/serviceaccounts`, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "default" },
    }),
  );
}

/** Where objects of a kind are made, with all checks and none kept. @throws when the server knows no such kind */
export async function strictPath({ ask }: Kubernetes, object: KubernetesObject, namespace: string) {
  const root = object.apiVersion.includes("/") ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const { resources = [] } = (await ask("GET", root)).body as {
    readonly resources?: readonly {
      readonly name: string;
      readonly kind: string;
      readonly namespaced: boolean;
    }[];
  };
  const found = resources.find(({ name, kind }) => kind === object.kind && !name.includes("/"));
  assert(found !== undefined, `${object.apiVersion} ${object.kind}: the server knows no such kind`);
  const place = found.namespaced ? `${root}/namespaces/${namespace}` : root;
  return `${place}/${found.name}?dryRun=All&fieldValidation=Strict`;
}

/** @throws {AssertionError} with what the server said against it */
export function created(reply: Reply): void {
  assert.equal(reply.status, 201, messageOf(reply));
}

export function messageOf({ status, body }: Reply): string {
  return `${status}: ${(body as { readonly message?: string }).message ?? JSON.stringify(body)}`;
}
