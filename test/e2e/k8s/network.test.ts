import { beforeAll, describe, expect, test } from "vitest";
import { kubernetesTools } from "../../../scripts/tools/kubernetes.ts";
import { EXAMPLES, type Manifest, matches, render, type Workload, workloadsOf } from "./chart.ts";

beforeAll(() => kubernetesTools(console.error), 20 * 60_000);

interface Peer {
  readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly namespaceSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
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

/** Private ranges, and where clouds hand out keys of a node. */
const NEVER = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "168.63.129.16/32"];
const dnsPods = (app: string): Peer => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
  podSelector: { matchLabels: { "k8s-app": app } },
});
const NODE_CACHE: Peer = { ipBlock: { cidr: "169.254.20.10/32" } };
const DNS = [dnsPods("kube-dns"), dnsPods("node-local-dns"), NODE_CACHE];
/** GKE's Cloud DNS: at another port of this address a node's keys are given out. */
const CLOUD_DNS: Peer = { ipBlock: { cidr: "169.254.169.254/32" } };

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

  test("says of every way out where it leads", async () => {
    const rules = policiesOf(await render(example)).flatMap(({ egress = [] }) => egress);
    expect(rules.length).toBeGreaterThan(0);
    for (const { to = [], ports = [] } of rules) {
      expect(to).not.toEqual([]);
      expect(ports).not.toEqual([]);
      for (const { ipBlock, ...selectors } of to) {
        if (ipBlock === undefined) expect(Object.keys(selectors)).not.toEqual([]);
        else if (ipBlock.cidr === "0.0.0.0/0") expect(ipBlock.except).toEqual(expect.arrayContaining(NEVER));
        else expect(ipBlock.cidr).toMatch(/\/(2[4-9]|3[0-2])$/);
      }
    }
  });

  test("asks names of the cluster's DNS alone", async () => {
    const asking = policiesOf(await render(example))
      .flatMap(({ egress = [] }) => egress)
      .filter((rule) => hasPort(rule, 53, "UDP") && hasPort(rule, 53, "TCP"));
    expect(asking.length).toBeGreaterThan(0);
    const answering = example === "gke" ? [...DNS, CLOUD_DNS] : DNS;
    for (const { to } of asking) expect(to).toEqual(answering);
  });

  test("asks a node nothing but names", async () => {
    const local = policiesOf(await render(example))
      .flatMap(({ egress = [] }) => egress)
      .filter(({ to = [] }) => to.some(({ ipBlock }) => ipBlock?.cidr.startsWith("169.254.") === true));
    expect(local.length).toBeGreaterThan(0);
    for (const { ports = [] } of local)
      expect(ports.map(({ port, endPort }) => [port, endPort])).toEqual([
        [53, undefined],
        [53, undefined],
      ]);
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
  expect(await connections("one-gpu")).toEqual(
    [
      ...["agent", "gateway"].flatMap((from) => [`${from} → gate 8010/TCP`, `${from} → vllm-l4 8000/TCP`]),
      ...["7880/TCP", "7881/TCP", "7882/UDP"].map((port) => `agent → livekit ${port}`),
      "gateway → livekit 7880/TCP",
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

test("with a PostgreSQL of the chart's own gateway and agents reach it, and nobody else does", async () => {
  const ways = (await connections("postgres")).filter((way) => way.includes("postgres"));
  expect(ways).toEqual(["agent → postgres 5432/TCP", "gateway → postgres 5432/TCP"]);
});

test("an engine that downloads nothing has no way out", async () => {
  const engines = policiesOf(await render("pool")).filter(
    ({ podSelector }) => podSelector.matchLabels["sightline/engine"] === "l40s",
  );
  expect(engines).toHaveLength(1);
  expect(engines[0]?.egress).toBeUndefined();
});

describe("to a LiveKit elsewhere", () => {
  const elsewhere = (url: string, policy: object) => [
    "livekit.trial.enabled=false",
    "redis.trial.enabled=false",
    `livekit.url="${url}"`,
    `networkPolicy=${JSON.stringify(policy)}`,
  ];
  const sfu = { ipBlock: { cidr: "198.51.100.0/24" } };

  async function ways(component: string, url: string, policy: object): Promise<readonly Rule[]> {
    const policies = policiesOf(await render("one-gpu", elsewhere(url, policy)));
    const own = policies.filter(
      ({ podSelector }) => podSelector.matchLabels["app.kubernetes.io/component"] === component,
    );
    return own
      .flatMap(({ egress = [] }) => egress)
      .filter((rule) => !hasPort(rule, 53, "UDP"))
      .filter(({ to = [] }) => to.some(({ ipBlock }) => ipBlock !== undefined));
  }
  const portsOf = (rules: readonly Rule[]) =>
    rules.flatMap(({ ports = [] }) => ports.map(({ port, protocol }) => `${port}/${protocol}`));

  test.each([
    ["wss://livekit.example.org", "443/TCP"],
    ["ws://livekit.example.org", "80/TCP"],
    ["wss://livekit.example.org:7443/rtc", "7443/TCP"],
  ])("the gateway has the way of %s and no other", async (url, port) => {
    const rules = await ways("gateway", url, { livekitTo: [sfu] });
    expect(rules.map(({ to }) => to)).toEqual([[sfu]]);
    expect(portsOf(rules)).toEqual([port]);
  });

  test("agents send media besides", async () => {
    const rules = await ways("agent", "wss://livekit.example.org", { livekitTo: [sfu] });
    expect(rules.map(({ to }) => to)).toEqual([[sfu]]);
    expect(portsOf(rules)).toEqual(["443/TCP", "7881/TCP", "443/UDP", "3478/UDP", "7882/UDP", "50000/UDP"]);
  });

  test("only where the internet is allowed may it be anywhere, and never at a private address", async () => {
    const rules = await ways("gateway", "wss://livekit.example.org", { internet: true });
    expect(rules.length).toBeGreaterThan(0);
    for (const { to = [] } of rules)
      expect(to.map(({ ipBlock }) => ipBlock?.except)).toEqual([expect.arrayContaining(NEVER)]);
  });
});
