import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../programs.ts";

export const PROMETHEUS = join(PROJECT, "observability/prometheus");
export const DASHBOARDS = join(PROJECT, "observability/grafana/dashboards");

/** One query of a dashboard, its variables filled in. */
export interface Query {
  readonly where: string;
  readonly expr: string;
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
}

const VARIABLES: Readonly<Record<string, string>> = {
  $__rate_interval: "5m",
  $engine: "local",
  $namespace: ".*",
};

/** Every query of every dashboard, those of annotations too. */
export function dashboardQueries(): readonly Query[] {
  return readdirSync(DASHBOARDS).flatMap((file) => {
    const { panels, annotations } = JSON.parse(readFileSync(join(DASHBOARDS, file), "utf8")) as Dashboard;
    const ofPanels = panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ where: `${file}: ${title}`, expr: filled(expr) })),
    );
    const marks = annotations.list.map(({ name, expr }) => ({
      where: `${file}: ${name}`,
      expr: filled(expr),
    }));
    return [...ofPanels, ...marks];
  });
}

function filled(expr: string): string {
  return expr.replaceAll(/\$\w+/g, (name) => VARIABLES[name] ?? name);
}

/** Queries and metrics that whoever operates it is told of, as they stand between backticks. */
export function toldQueries(): readonly string[] {
  const pages = ["docs/operations.md", "inference/vllm/README.md"];
  const codes = pages.flatMap((page) => readFileSync(join(PROJECT, page), "utf8").match(/`[^`\n]+`/g) ?? []);
  return codes.map((code) => code.slice(1, -1)).filter((code) => /(^|\()(sightline_|vllm:)\w/.test(code));
}

/** Text of all rule files. */
export function rulesText(): string {
  const files = readdirSync(join(PROMETHEUS, "rules")).map((file) => join(PROMETHEUS, "rules", file));
  return files.map((file) => readFileSync(file, "utf8")).join("\n");
}

/** What a query asks for: a metric, and the labels that it selects by. */
export interface Selection {
  readonly metric: string;
  readonly labels: readonly (readonly [name: string, operator: string, value: string])[];
}

const WORDS = new Set(
  "sum min max avg count by without on ignoring group_left group_right and or unless bool offset".split(" "),
);

/** The metrics of a query: names that are neither functions nor words of the language nor labels. */
export function selectionsIn(expr: string): readonly Selection[] {
  const bare = expr.replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, " ");
  const found = bare.matchAll(/([a-zA-Z_:][\w:]*)\s*(\(|\{[^}]*\})?|"[^"]*"|\[[^\]]*\]|[\d.]+[a-z]*/g);
  return Array.from(found, ([, metric, after = ""]) => {
    if (metric === undefined || after === "(" || WORDS.has(metric)) return [];
    const labels = Array.from(
      after.matchAll(/(\w+)\s*(=~|!=|!~|=)\s*"([^"]*)"/g),
      ([, name = "", operator = "", value = ""]) => [name, operator, value] as const,
    );
    return [{ metric, labels }];
  }).flat();
}
