import { beforeAll, describe, expect, test } from "vitest";
import { kubernetesTools } from "../../../scripts/tools/kubernetes.ts";
import { EXAMPLES, type Manifest, matches, render, type Workload, workloadsOf } from "./chart.ts";

beforeAll(() => kubernetesTools(console.error), 20 * 60_000);

interface Peer {
  readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly namespaceSelector?: object;
  readonly ipBlock?: { readonly cidr: string };
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number; readonly endPort?: number; readonly protocol: string }[];
}

interface Policy {
  readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

const policiesOf = (manifests: readonly Manifest[]): readonly Policy[] =>
  manifests.filter(({ kind }) => kind === "NetworkPolicy").map(({ spec }) => spec as unknown as Policy);

const selects = (policy: Policy, { labels }: Workload): boolean =>
  matches(policy.podSelector.matchLabels, labels);

/** A peer without a namespace is of ours; one with another, or an address, is none of our pods. */
const isPeer = (peers: readonly Peer[] | undefined, { labels }: Workload): boolean =>
  peers === undefined ||
  peers.some(
    ({ podSelector, namespaceSelector }) =>
      podSelector !== undefined &&
      namespaceSelector === undefined &&
      matches(podSelector.matchLabels ?? {}, labels),
  );

const hasPort = ({ ports }: Rule, port: number, protocol: string): boolean =>
  ports === undefined ||
  ports.some(
    (each) => each.protocol === protocol && port >= each.port && port <= (each.endPort ?? each.port),
  );

/** Whether Kubernetes would let a connection through: both ends must allow it. */
function isAllowed(
  policies: readonly Policy[],
  connection: {
    readonly from: Workload;
    readonly to: Workload;
    readonly port: number;
    readonly protocol: string;
  },
): boolean {
  const { from, to, port, protocol } = connection;
  const out = policies.filter((policy) => selects(policy, from)).flatMap(({ egress = [] }) => egress);
  const into = policies.filter((policy) => selects(policy, to)).flatMap(({ ingress = [] }) => ingress);
  return (
    out.some((rule) => isPeer(rule.to, to) && hasPort(rule, port, protocol)) &&
    into.some((rule) => isPeer(rule.from, from) && hasPort(rule, port, protocol))
  );
}

/** All connections between our pods that are allowed, as "from → to port". */
async function connections(example: string): Promise<readonly string[]> {
  const manifests = await render(example);
  const workloads = workloadsOf(manifests);
  const policies = policiesOf(manifests);
  const found = workloads.flatMap((from) =>
    workloads.flatMap((to) =>
      to.pod.containers
        .flatMap(({ ports = [] }) => ports)
        .filter(({ containerPort: port, protocol = "TCP" }) =>
          isAllowed(policies, { from, to, port, protocol }),
        )
        .map(
          ({ containerPort, protocol = "TCP" }) => `${from.name} → ${to.name} ${containerPort}/${protocol}`,
        ),
    ),
  );
  return found.map((line) => line.replaceAll("sightline-", "")).sort();
}

describe.each(EXAMPLES)("the network of %s", (example) => {
  test("is closed for every pod, both ways, and opened for each by a policy of its own", async () => {
    const manifests = await render(example);
    const policies = policiesOf(manifests);
    for (const workload of workloadsOf(manifests)) {
      const own = policies.filter((policy) => selects(policy, workload));
      const closing = own.filter(({ ingress, egress }) => ingress === undefined && egress === undefined);
      expect(closing.map(({ policyTypes }) => policyTypes)).toEqual([["Ingress", "Egress"]]);
      expect(own).toHaveLength(2);
    }
  });

  test("lets nobody but the page and LiveKit's media be reached from everywhere", async () => {
    const manifests = await render(example);
    const open = policiesOf(manifests).flatMap(({ podSelector, ingress = [] }) =>
      ingress
        .filter(({ from }) => from === undefined)
        .flatMap(({ ports = [] }) =>
          ports.map(({ port }) => `${podSelector.matchLabels["app.kubernetes.io/component"]} ${port}`),
        ),
    );
    const media = new Set(["livekit 7881", "livekit 7882", "livekit 3478"]);
    expect(open.filter((line) => line !== "gateway 8000" && !media.has(line))).toEqual([]);
  });
});

test("of one GPU it has exactly these ways", async () => {
  const media = ["3478/UDP", "7880/TCP", "7881/TCP", "7882/UDP"];
  expect(await connections("one-gpu")).toEqual(
    [
      ...["agent", "gateway"].flatMap((from) => [`${from} → gate 8010/TCP`, `${from} → vllm-l4 8000/TCP`]),
      ...["7880/TCP", "7881/TCP", "7882/UDP"].map((port) => `agent → livekit ${port}`),
      "gateway → livekit 7880/TCP",
      // LiveKit's media may go anywhere, its own ports among it.
      ...media.filter((port) => port.endsWith("UDP")).map((port) => `livekit → livekit ${port}`),
      "livekit → redis 6379/TCP",
    ].sort(),
  );
});

test("of a pool only the router speaks with the engines", async () => {
  expect(await connections("pool")).toEqual(
    [
      ...["agent", "gateway"].flatMap((from) => [`${from} → gate 8010/TCP`, `${from} → router 8000/TCP`]),
      ...["l40s", "h100"].map((name) => `router → vllm-${name} 8000/TCP`),
    ].sort(),
  );
});

test("an engine that downloads nothing has no way out", async () => {
  const engines = policiesOf(await render("pool")).filter(
    ({ podSelector }) => podSelector.matchLabels["sightline/engine"] === "l40s",
  );
  expect(engines).toHaveLength(1);
  expect(engines[0]?.egress).toBeUndefined();
});
