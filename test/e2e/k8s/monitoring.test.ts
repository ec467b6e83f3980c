import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kubernetesTools, parseYaml } from "../../../scripts/tools/kubernetes.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";
import { DASHBOARDS, PROMETHEUS, selectionsIn } from "../observability/queries.ts";
import { EXAMPLES, type Manifest, render } from "./chart.ts";

// The chart makes the rules and dashboards of observability/ those of one release: of its namespace, its programs,
// its number of engines. The rules' own tests then hold there too.

beforeAll(() => kubernetesTools(console.error), 20 * 60_000);
let folder: TestFolder;
beforeAll(() => {
  folder = testFolder();
});
afterAll(() => folder.remove());

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
}
interface Group {
  readonly name: string;
  readonly rules: readonly Rule[];
}

const EXPECTED = ["agent", "gate", "gateway", "vllm", "warm-up"];
const NAMESPACE = 'namespace="voice"';

function groupsOf(manifests: readonly Manifest[]): readonly Group[] {
  const found = manifests.filter(({ kind }) => kind === "PrometheusRule");
  return found.flatMap(({ spec }) => spec["groups"] as readonly Group[]);
}
const rulesOf = (manifests: readonly Manifest[]): readonly Rule[] =>
  groupsOf(manifests).flatMap(({ rules }) => rules);
const expressionOf = (manifests: readonly Manifest[], alert: string): string =>
  rulesOf(manifests).find((rule) => rule.alert === alert)?.expr ?? "";

function promtool(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const ran = spawnSync("promtool", args, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (ran.error) throw ran.error;
  return { status: ran.status, said: `${ran.stdout}${ran.stderr}` };
}

/** JSON is YAML. */
function write(name: string, content: unknown): string {
  const path = join(folder.path, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const withRules: readonly string[] = ["pool", "gke", "engine-elsewhere"];

test("examples with every program, without a router, and without an engine have rules", async () => {
  const found = await Promise.all(
    EXAMPLES.map(async (example) => (rulesOf(await render(example)).length > 0 ? [example] : [])),
  );
  expect(found.flat().toSorted()).toEqual([...withRules].toSorted());
});

describe.each(withRules)("the rules of %s", (example) => {
  let manifests: readonly Manifest[] = [];
  beforeAll(async () => {
    manifests = await render(example);
  });

  test("can be read by Prometheus", () => {
    const file = write(`${example}.yml`, { groups: groupsOf(manifests) });
    const { status, said } = promtool("check", "rules", "--lint=all", "--lint-fatal", file);
    expect(said).not.toMatch(/FAILED/);
    expect(status).toBe(0);
  });

  test("see this namespace alone, and say so", () => {
    for (const { expr, labels } of rulesOf(manifests)) {
      expect(labels?.["namespace"]).toBe("voice");
      const selections = selectionsIn(expr);
      expect(selections).not.toEqual([]);
      for (const { labels: by } of selections) expect(by).toContainEqual(["namespace", "=", "voice"]);
    }
  });

  test("miss those programs that have a monitor, and no other", () => {
    const monitors = manifests.filter(({ kind }) => kind === "PodMonitor");
    const monitored = new Set(monitors.map(({ metadata }) => metadata.name.replace("sightline-", "")));
    const missed = expressionOf(manifests, "TargetMissing").matchAll(/absent\(up\{[^}]*job="([^"]+)"\}\)/g);
    expect(Array.from(missed, ([, job = ""]) => job).toSorted()).toEqual(
      EXPECTED.filter((job) => monitored.has(job)),
    );
  });
});

describe("of programs that are not there nothing is expected", () => {
  test.each([
    ["engine-elsewhere", [], ["gateway", "agent", "gate"]],
    [
      "pool",
      ["gateway.enabled=false", "gate.enabled=false", 'config.GATE_URL="http://gate"'],
      ["agent", "vllm", "warm-up"],
    ],
    [
      "pool",
      ["agent.enabled=false", "autoscaling.agent.enabled=false"],
      ["gateway", "gate", "vllm", "warm-up"],
    ],
  ])("%s with %j", async (example, values, jobs) => {
    const expr = expressionOf(await render(example, values), "TargetMissing");
    expect(Array.from(expr.matchAll(/job="([^"]+)"/g), ([, job]) => job)).toEqual(jobs);
  });

  test("of agents, no registration either", async () => {
    const none = ["agent.enabled=false", "autoscaling.agent.enabled=false"];
    expect(expressionOf(await render("pool", none), "NoAgentRegistered")).toBe("");
    expect(expressionOf(await render("pool"), "NoAgentRegistered")).toContain("absent(up{");
  });

  test("neither of any program: then the alert is not there", async () => {
    const none = ["gateway.enabled=false", "agent.enabled=false", "gate.enabled=false"];
    expect(expressionOf(await render("engine-elsewhere", none), "TargetMissing")).toBe("");
  });
});

test("as many engines are wanted as there are to be at least, and none where there is none", async () => {
  const wanted = /or vector\((\d+)\)\)\s+> /;
  const pool = await render("pool");
  expect(wanted.exec(expressionOf(pool, "EngineReplicasMissing"))?.[1]).toBe("3");
  expect(wanted.exec(expressionOf(await render("gke"), "EngineReplicasMissing"))?.[1]).toBe("1");
  expect(expressionOf(await render("engine-elsewhere"), "EngineReplicasMissing")).toBe("");
});

test("an engine that may take long to start is given as long, and ten minutes more", async () => {
  const patience = async (values: readonly string[]) =>
    rulesOf(await render("gke", values)).find(({ alert }) => alert === "EngineReplicaUnready")?.for;
  expect(await patience([])).toBe("2400s");
  expect(await patience(["engineDefaults.startupSeconds=3600"])).toBe("4200s");
});

describe("the cases of the rules' own tests", () => {
  /** All of them in a namespace, with the rules of a chart that has all programs and one engine. */
  async function inNamespace(name: string, namespace: string): Promise<readonly string[]> {
    const groups = groupsOf(await render("gke"));
    mkdirSync(join(folder.path, name));
    const rules = readdirSync(join(PROMETHEUS, "rules"));
    for (const file of rules) {
      const [own] = (await parseYaml(readFileSync(join(PROMETHEUS, "rules", file), "utf8"))) as [
        { readonly groups: readonly Group[] },
      ];
      const names = new Set(own.groups.map((group) => group.name));
      write(`${name}/${file}`, { groups: groups.filter((group) => names.has(group.name)) });
    }
    return readdirSync(join(PROMETHEUS, "tests")).map((file) => {
      const text = readFileSync(join(PROMETHEUS, "tests", file), "utf8")
        .replaceAll("../rules/", "")
        .replaceAll(/^( +- series: '[\w:]+\{)/gm, `$1namespace="${namespace}",`)
        .replaceAll(/(exp_labels:\s+\{)/g, "$1 namespace: voice,");
      return write(`${name}/test-${file}`, text);
    });
  }

  test("hold in the release's namespace", async () => {
    const { status, said } = promtool("test", "rules", ...(await inNamespace("own", "voice")));
    expect(said).not.toMatch(/FAILED/);
    expect(status).toBe(0);
  }, 300_000);

  test("raise nothing when they are another's, but that of ours nothing is known", async () => {
    const files = await inNamespace("other", "elsewhere");
    const { said } = promtool("test", "rules", ...files);
    const raised = Array.from(said.matchAll(/alertname: (\w+), time: \S+,\s+exp:[^]*?got:(\[\])?/g)).filter(
      ([, , none]) => none === undefined,
    );
    const names = new Set(raised.map(([, alert = ""]) => alert));
    expect(said).toContain("FAILED");
    expect([...names].toSorted()).toEqual(["EngineReplicasMissing", "NoAgentRegistered", "TargetMissing"]);
  }, 300_000);
});

test("the rules are else the project's own, to the last word", async () => {
  const bare = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
  const plain = ({ labels = {}, ...rule }: Rule) => ({
    ...rule,
    labels: Object.fromEntries(Object.entries(labels).filter(([name]) => name !== "namespace")),
    ...(rule.alert === "EngineReplicaUnready" ? { for: "40m" } : {}),
    expr: bare(
      rule.expr
        .replaceAll(`{${NAMESPACE},`, "{")
        .replaceAll(`{${NAMESPACE}}`, "")
        .replace("vector(3)", "vector(1)"),
    ),
  });
  const shipped = groupsOf(await render("pool")).map(({ name, rules }) => ({
    name,
    rules: rules.map(plain),
  }));
  const own = await Promise.all(
    readdirSync(join(PROMETHEUS, "rules")).map(async (file) => {
      const [found] = await parseYaml(readFileSync(join(PROMETHEUS, "rules", file), "utf8"));
      return (found as { readonly groups: readonly Group[] }).groups;
    }),
  );
  const groups = own.flat().map(({ name, rules }) => ({
    name,
    rules: rules.map((rule) => ({ labels: {}, ...rule, expr: bare(rule.expr) })),
  }));
  expect(shipped).toEqual(groups);
});

test("dashboards show the release's namespace first, under an id, a title and a file of its own", async () => {
  const manifests = await render("pool");
  const elsewhere = await render("gke");
  for (const file of readdirSync(DASHBOARDS)) {
    const read = (all: readonly Manifest[]): Record<string, unknown> => {
      const shipped = all.find(({ kind, data }) => kind === "ConfigMap" && data?.[`voice-${file}`]);
      return JSON.parse(shipped?.data?.[`voice-${file}`] ?? "") as Record<string, unknown>;
    };
    const own = JSON.parse(readFileSync(join(DASHBOARDS, file), "utf8")) as Record<string, unknown>;
    const shown = read(manifests);
    expect(read(elsewhere)).toEqual(shown);
    expect(shown["uid"]).toMatch(new RegExp(`^${String(own["uid"])}-[0-9a-f]{8}$`));
    expect(String(shown["uid"]).length).toBeLessThanOrEqual(40);
    expect(shown["title"]).toBe(`${String(own["title"])} (voice)`);
    const current = JSON.stringify({ text: "voice", value: "voice" });
    const restored = JSON.stringify({ ...shown, uid: own["uid"], title: own["title"] });
    expect(JSON.parse(restored.replace(current, '{"text":"All","value":"$__all"}'))).toEqual(own);
    expect(restored).toContain(current);
  }
});
