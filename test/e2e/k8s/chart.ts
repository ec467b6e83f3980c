import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseYaml, runTool } from "../../../scripts/tools/kubernetes.ts";
import { PROJECT } from "../programs.ts";

export const CHART = join(PROJECT, "k8s/chart");

/** Names of the example values in `ci/`. */
export const EXAMPLES = readdirSync(join(CHART, "ci")).map((file) => file.replace(/-values\.yaml$/, ""));

export const exampleFile = (name: string): string => join(CHART, "ci", `${name}-values.yaml`);

type Fields = Readonly<Record<string, unknown>>;

/** An object as it would go to a cluster, as far as these tests look at it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Fields;
  readonly data?: Readonly<Record<string, string>>;
}

export interface Probe {
  readonly exec?: Fields;
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly tcpSocket?: Fields;
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: Fields }[];
  readonly envFrom?: readonly Fields[];
  readonly ports?: readonly {
    readonly name: string;
    readonly containerPort: number;
    readonly protocol?: string;
  }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly resources: {
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: Readonly<Record<string, string>>;
  };
  readonly securityContext: Fields;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface PodSpec extends Fields {
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: Fields;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
}

const WORKLOADS: ReadonlySet<string> = new Set(["Deployment", "StatefulSet"]);

/** A workload's name, labels of its pods, and what they are. */
export interface Workload {
  readonly name: string;
  readonly component: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly selector: Readonly<Record<string, string>>;
  readonly strategy: Fields;
  readonly pod: PodSpec;
}

/** Arguments of `helm template` for an example, with single values over it. */
export function templateArgs(example: string, values: readonly string[] = []): readonly string[] {
  const set = values.flatMap((value) => ["--set-json", value]);
  return ["template", "sightline", CHART, "--namespace", "voice", "-f", exampleFile(example), ...set];
}

/** The text of all objects of an example. @throws with helm's message */
export async function renderText(example: string, values: readonly string[] = []): Promise<string> {
  const { status, stdout, stderr } = await runTool("helm", templateArgs(example, values));
  if (status !== 0) throw new Error(withoutLinks(stderr));
  return stdout;
}

/** What helm says of files that are links is no fault. */
export function withoutLinks(said: string): string {
  return said
    .split("\n")
    .filter((line) => !line.includes("found symbolic link"))
    .join("\n");
}

const rendered = new Map<string, Promise<readonly Manifest[]>>();

/** All objects of an example; rendered once. */
export function render(example: string, values: readonly string[] = []): Promise<readonly Manifest[]> {
  const key = JSON.stringify([example, values]);
  const known = rendered.get(key);
  if (known) return known;
  const fresh = renderText(example, values).then(
    async (text) => (await parseYaml(text)) as readonly Manifest[],
  );
  rendered.set(key, fresh);
  return fresh;
}

export function workloadsOf(manifests: readonly Manifest[]): readonly Workload[] {
  return manifests
    .filter(({ kind }) => WORKLOADS.has(kind))
    .map(({ metadata, spec }) => {
      const { selector, strategy, template, volumeClaimTemplates } = spec as {
        readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
        readonly strategy: Fields;
        readonly template: { readonly metadata: Manifest["metadata"]; readonly spec: PodSpec };
        readonly volumeClaimTemplates?: readonly Pick<Manifest, "metadata" | "spec">[];
      };
      const claimed = (volumeClaimTemplates ?? []).map((claim) => ({
        name: claim.metadata.name,
        persistentVolumeClaim: claim.spec,
      }));
      return {
        name: metadata.name,
        component: metadata.labels["app.kubernetes.io/component"] ?? "",
        labels: template.metadata.labels,
        annotations: template.metadata.annotations ?? {},
        selector: selector.matchLabels,
        strategy,
        pod: { ...template.spec, volumes: [...template.spec.volumes, ...claimed] },
      };
    });
}

export const containersOf = ({ pod }: Workload): readonly Container[] => [
  ...(pod.initContainers ?? []),
  ...pod.containers,
];

export const envOf = (container: Container): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));

/** Whether labels are those that a selector asks for. */
export function matches(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

/** What a container holds of GPUs. */
export const cardsOf = ({ resources }: Container): readonly unknown[] =>
  Object.entries(resources.limits).flatMap(([name, count]) =>
    name.startsWith("nvidia.com/") ? [count] : [],
  );

export const byComponent = (workloads: readonly Workload[], component: string): readonly Workload[] =>
  workloads.filter((each) => each.component === component);

/** The container that a workload is named for. */
export const mainOf = ({ pod, component }: Workload): Container => {
  const found = pod.containers.find(({ name }) => name === component);
  if (!found) throw new Error(`${component}: no container of that name`);
  return found;
};
