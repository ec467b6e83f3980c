import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { freeTcpPort } from "../../../orchestrator/lib/free-port.ts";
import { countersIn } from "../../standins/counters.ts";
import { clearPicture } from "../../standins/photo-files.ts";
import { type Program, start } from "../programs.ts";
import { callWithOneAnswer } from "./call.ts";
import { type Exposed, exposedIn } from "./exposed.ts";
import {
  dashboardQueries,
  PROMETHEUS,
  rulesText,
  type Selection,
  selectionsIn,
  toldQueries,
} from "./queries.ts";
import { type Stack, startStack, TOKEN } from "./stack.ts";

/** Of the program that does not run here: what it is told to read. */
const LISTED = readFileSync(join(PROMETHEUS, "../dcgm-counters.csv"), "utf8");
/** Who is to be told of alerts; nobody listens there. */
const ALERTMANAGER = "127.0.0.1:9";
/** What Prometheus itself adds. */
const OWN = ["up", "ALERTS"];
const ADDED_LABELS = new Set(["job", "instance", "namespace", "alertstate"]);
/** Of kube-state-metrics, which is a cluster's. */
const OF_CLUSTER = ["kube_deployment_spec_replicas"];
/** The first scrape of a job is somewhere in its interval of 15 s. */
const SCRAPED_MS = 40_000;

let stack: Stack;
let prometheus: Program;
let url: string;

beforeAll(async () => {
  stack = await startStack();
  const folder = join(stack.folder, "prometheus");
  mkdirSync(join(folder, "targets"), { recursive: true });
  mkdirSync(join(folder, "secrets"));
  cpSync(join(PROMETHEUS, "prometheus.yml"), join(folder, "prometheus.yml"));
  symlinkSync(join(PROMETHEUS, "rules"), join(folder, "rules"));
  mkdirSync(join(folder, "alertmanagers"));
  writeFileSync(join(folder, "alertmanagers", "mine.yml"), JSON.stringify([{ targets: [ALERTMANAGER] }]));
  writeFileSync(join(folder, "secrets", "metrics-token"), TOKEN);
  const port = await freeTcpPort();
  for (const [job, target] of Object.entries({ ...stack.targets, prometheus: `127.0.0.1:${port}` }))
    writeFileSync(join(folder, "targets", `${job}.yml`), JSON.stringify([{ targets: [target] }]));
  url = `http://127.0.0.1:${port}`;
  prometheus = start("prometheus", [
    `--config.file=${join(folder, "prometheus.yml")}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    "--log.level=warn",
  ]);
  await askOneQuestion();
});

afterAll(async () => {
  prometheus.child.kill("SIGTERM");
  await prometheus.ended;
  await stack.close();
});

/** So that what only turns with a picture count is there. */
async function askOneQuestion(): Promise<void> {
  const image = `data:image/jpeg;base64,${(await clearPicture()).toString("base64")}`;
  const answer = await fetch(`${stack.page}/api/v1/ask`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ question: "What is in front of me?", image }),
  });
  expect(answer.status).toBe(200);
  await answer.text();
}

async function api(
  path: string,
): Promise<{ readonly status: string; readonly data: never; readonly error?: string }> {
  const answer = await fetch(`${url}/api/v1/${path}`);
  return (await answer.json()) as never;
}

const query = (expr: string) => api(`query?query=${encodeURIComponent(expr)}`);

describe("each program's metrics", () => {
  test.each(["gateway", "agent", "gate", "warm-up"])("%s: promtool has no remark", async (job) => {
    const ran = spawnSync("promtool", ["check", "metrics"], {
      input: await stack.exposition(job),
      encoding: "utf8",
    });
    expect(`${ran.stdout}${ran.stderr}`).toBe("");
    expect(ran.status).toBe(0);
  });

  test("those of gateway and agent are for whoever has the token", async () => {
    for (const job of ["gateway", "agent"]) {
      const answer = await fetch(`http://${stack.targets[job]}/metrics`);
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe("a real Prometheus with our configuration", () => {
  test("scrapes every program", async () => {
    const jobs = [...Object.keys(stack.targets), "prometheus"].toSorted();
    const up = async (): Promise<readonly string[]> => {
      const { data } = (await query("up == 1")) as unknown as {
        data: { result: readonly { metric: { job: string } }[] };
      };
      return data.result.map(({ metric }) => metric.job).toSorted();
    };
    await vi.waitFor(async () => expect(await up()).toEqual(jobs), { timeout: SCRAPED_MS, interval: 500 });
  });

  test("evaluates every rule without a fault", async () => {
    interface Rule {
      readonly name: string;
      readonly health: string;
      readonly lastError?: string;
    }
    await vi.waitFor(
      async () => {
        const { data } = (await api("rules")) as unknown as {
          data: { groups: { rules: readonly Rule[] }[] };
        };
        const rules = data.groups.flatMap((group) => group.rules);
        expect(rules.length).toBe((rulesText().match(/^ +- (alert|record):/gm) ?? []).length);
        expect(rules.filter(({ health }) => health !== "ok")).toEqual([]);
      },
      { timeout: SCRAPED_MS, interval: 500 },
    );
  });

  test("tells the Alertmanager that lies beside it", async () => {
    await vi.waitFor(
      async () => {
        const { data } = (await api("alertmanagers")) as unknown as {
          data: { activeAlertmanagers: readonly { url: string }[] };
        };
        const urls = data.activeAlertmanagers.map(({ url: one }) => one);
        expect(urls).toEqual([`http://${ALERTMANAGER}/api/v2/alerts`]);
      },
      { timeout: SCRAPED_MS, interval: 500 },
    );
  });

  test("answers every query of the dashboards", async () => {
    const faults = await Promise.all(
      dashboardQueries().map(async ({ where, expr }) => {
        const { status, error } = await query(expr);
        return status === "success" ? [] : [`${where}: ${error}`];
      }),
    );
    expect(faults.flat()).toEqual([]);
  });
});

describe("one scrape of the agent", () => {
  test("shows what its processes count, and goes on from there when one of them is killed in a call", async () => {
    const read = async () => countersIn(await stack.exposition("agent"));
    const firstTokens = 'sightline_ttft_seconds_count{engine="local",route="local"}';
    const guest = await callWithOneAnswer(stack);
    onTestFinished(() => guest.leave());
    let before = await read();
    await vi.waitFor(
      async () => {
        before = await read();
        expect(before.get(firstTokens)).toBe(1);
        expect(before.get('sightline_engine_attempts_total{engine="local"}')).toBe(1);
        expect(before.get("sightline_calls_started_total")).toBe(1);
      },
      { timeout: 10_000, interval: 200 },
    );
    stack.killAgentProcess();
    await vi.waitFor(
      async () => {
        const now = await read();
        const fallen = [...before].filter(([series, value]) => (now.get(series) ?? -1) < value);
        if (fallen.length > 0) expect.fail(`fell: ${fallen.map(([series]) => series).join(", ")}`);
        expect(now.get("sightline_agent_crashes_total")).toBe(1);
        expect(now.get("sightline_calls_started_total")).toBe(2);
        expect(now.get(firstTokens)).toBe(1);
      },
      { timeout: 30_000, interval: 100 },
    );
  });
});

describe("every metric that is named", () => {
  let exposed: Exposed;
  let known: ReadonlySet<string>;

  beforeAll(async () => {
    exposed = exposedIn(await Promise.all(Object.keys(stack.targets).map((job) => stack.exposition(job))));
    const recorded = Array.from(rulesText().matchAll(/^ +- record: (\S+)$/gm), ([, name = ""]) => name);
    const listed = Array.from(LISTED.matchAll(/^(\w+),/gm), ([, name = ""]) => name);
    known = new Set([...exposed.keys(), ...recorded, ...listed, ...OWN, ...OF_CLUSTER]);
  });

  /** What is asked of programs that they do not expose. */
  function unknownIn(selections: readonly Selection[]): readonly string[] {
    return selections.flatMap(({ metric, labels }) => {
      if (!known.has(metric)) return [metric];
      const series = exposed.get(metric);
      if (series === undefined) return [];
      return labels.flatMap(([label, operator, value]) => {
        const values = series.get(label);
        if (ADDED_LABELS.has(label)) return [];
        if (values === undefined) return [`${metric}{${label}}`];
        return label === "le" && operator === "=" && !values.has(value) ? [`${metric}{le="${value}"}`] : [];
      });
    });
  }

  test("in a dashboard is exposed, with the labels that it is selected by", () => {
    const queries = dashboardQueries();
    expect(queries.length).toBeGreaterThan(60);
    expect(
      queries.flatMap(({ where, expr }) => unknownIn(selectionsIn(expr)).map((one) => [where, one])),
    ).toEqual([]);
  });

  test("in a rule is exposed, with the labels that it is selected by", () => {
    const exprs = rulesText().matchAll(/^( +)expr: (?:\|\n((?:\1 +.*\n)+)|(.*)$)/gm);
    const selections = Array.from(exprs, ([, , block = "", line = ""]) => selectionsIn(block + line)).flat();
    expect(selections.length).toBeGreaterThan(50);
    expect(unknownIn(selections)).toEqual([]);
  });

  test("on a page for operators is exposed, with the labels that it is selected by", () => {
    const queries = toldQueries();
    expect(queries.length).toBeGreaterThan(15);
    expect(queries.flatMap((code) => unknownIn(selectionsIn(code)))).toEqual([]);
  });

  test("else is found out", () => {
    expect(
      unknownIn(selectionsIn('sum by (le) (rate(sightline_ttft_seconds_bucket{le="0.51"}[5m]))')),
    ).toEqual(['sightline_ttft_seconds_bucket{le="0.51"}']);
    expect(unknownIn(selectionsIn("max(vllm:gpu_cache_usage_perc) by (instance)"))).toEqual([
      "vllm:gpu_cache_usage_perc",
    ]);
    expect(unknownIn(selectionsIn('sightline_calls_ended_total{why="lost"}'))).toEqual([
      "sightline_calls_ended_total{why}",
    ]);
  });
});
