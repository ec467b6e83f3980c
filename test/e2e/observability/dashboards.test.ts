import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PROJECT } from "../programs.ts";
import { DASHBOARDS, dashboardQueries, selectionsIn } from "./queries.ts";

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly annotations: { readonly list: readonly { readonly [member: string]: unknown }[] };
  readonly templating: { readonly list: readonly { readonly [member: string]: unknown }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: Place;
    readonly type: string;
    readonly options?: { readonly textMode?: string };
    readonly fieldConfig?: {
      readonly defaults: { readonly unit?: string };
      readonly overrides: readonly { readonly matcher: { readonly options: string } }[];
    };
    readonly targets?: readonly {
      readonly refId: string;
      readonly datasource: { readonly uid: string };
      readonly expr: string;
      readonly legendFormat: string;
    }[];
  }[];
}

const files = readdirSync(DASHBOARDS);
const dashboards = files.map(
  (file) => [file, JSON.parse(readFileSync(join(DASHBOARDS, file), "utf8")) as Dashboard] as const,
);
const provisioned = (file: string): string =>
  readFileSync(join(PROJECT, "observability/grafana/provisioning", file), "utf8");

test("there are three, each under a name of its own", () => {
  expect(files.toSorted()).toEqual(["calls.json", "engine.json", "gate-and-privacy.json"]);
  expect(new Set(dashboards.map(([, { uid }]) => uid)).size).toBe(3);
});

describe.each(dashboards)("%s", (_, { annotations, panels, templating }) => {
  test("marks deploys where programs started, not where they were seen", () => {
    expect(annotations.list).toContainEqual(
      expect.objectContaining({
        name: "Deploys",
        enable: true,
        useValueForTime: true,
        expr: expect.stringMatching(/^sightline_start_time_seconds\{[^}]*\} \* 1000/),
      }),
    );
  });

  test("has panels that do not cover each other, each with a title and a number of its own", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title, gridPos } of panels) {
      expect(title).not.toBe("");
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    }
    const covering = panels.filter(({ id, gridPos }) =>
      panels.some((other) => other.id > id && overlap(gridPos, other.gridPos)),
    );
    expect(covering.map(({ title }) => title)).toEqual([]);
  });

  test("shows the name of what is always 1", () => {
    const infos = panels.filter(
      ({ type, targets = [] }) => type === "stat" && targets.some(({ expr }) => /_info\b/.test(expr)),
    );
    expect(infos.filter(({ options }) => options?.textMode !== "name").map(({ title }) => title)).toEqual([]);
  });

  test("shows no count per minute as a share", () => {
    const shown = panels.flatMap(({ title, fieldConfig, targets = [] }) => {
      if (fieldConfig?.defaults.unit !== "percentunit") return [];
      const elsewhere = fieldConfig.overrides.map(({ matcher }) => new RegExp(matcher.options.slice(1, -1)));
      return targets
        .filter(({ expr }) => expr.endsWith("* 60"))
        .filter(({ legendFormat }) => !elsewhere.some((name) => name.test(legendFormat)))
        .map(({ legendFormat }) => `${title}: ${legendFormat}`);
    });
    expect(shown).toEqual([]);
  });

  test("asks the source that its variable names", () => {
    expect(templating.list.map(({ name }) => name)).toContain("datasource");
    for (const { targets = [] } of panels) {
      for (const { datasource } of targets) expect(datasource.uid).toBe("${datasource}");
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
  });
});

test("every query is of the chosen namespace; all of them are chosen where nothing says one", () => {
  for (const [, { templating }] of dashboards)
    expect(templating.list).toContainEqual(
      expect.objectContaining({
        name: "namespace",
        includeAll: true,
        allValue: ".*",
        current: { text: "All", value: "$__all" },
      }),
    );
  const everywhere = dashboardQueries().flatMap(({ where, expr }) =>
    selectionsIn(expr).flatMap(({ metric, labels }) => {
      const isNarrow = labels.some(([name, , value]) => name === "namespace" && value === ".*");
      return isNarrow ? [] : [`${where}: ${metric}`];
    }),
  );
  expect(everywhere).toEqual([]);
});

test("Grafana is given the source and the folder by files", () => {
  expect(provisioned("datasources/prometheus.yml")).toContain("url: $PROMETHEUS_URL\n");
  const [, path] = /^ +path: (\S+)$/m.exec(provisioned("dashboards/sightline.yml")) ?? [];
  const compose = readFileSync(join(PROJECT, "docker-compose.gpu.yml"), "utf8");
  expect(compose).toContain(`./observability/grafana/dashboards:${path}:ro`);
  expect(compose).toContain("./observability/grafana/provisioning:/etc/grafana/provisioning:ro");
  expect(compose).toMatch(/^ +PROMETHEUS_URL: http/m);
});

function overlap(one: Place, other: Place): boolean {
  const across = one.x < other.x + other.w && other.x < one.x + one.w;
  return across && one.y < other.y + other.h && other.y < one.y + one.h;
}
