import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";
import { PROJECT } from "../programs.ts";
import { PROMETHEUS, rulesText, toldQueries } from "./queries.ts";

interface Alert {
  readonly name: string;
  readonly severity: string;
  readonly runbook: string;
}

let folder: TestFolder;
beforeAll(() => {
  folder = testFolder();
});
afterAll(() => folder.remove());

function promtool(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const ran = spawnSync("promtool", args, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (ran.error)
    throw new Error("promtool is not installed: it comes with Debian's package prometheus", {
      cause: ran.error,
    });
  return { status: ran.status, said: `${ran.stdout}${ran.stderr}` };
}

const filesIn = (path: string): readonly string[] => readdirSync(path).map((file) => join(path, file));
const rules = filesIn(join(PROMETHEUS, "rules"));

const alerts: readonly Alert[] = rulesText()
  .split(/^ +- (?=alert:|record:|name:)/m)
  .filter((block) => block.startsWith("alert:"))
  .map((block) => ({
    name: /^alert: (\w+)$/m.exec(block)?.[1] ?? "",
    severity: /^ +labels: \{ severity: (\w+) \}$/m.exec(block)?.[1] ?? "",
    runbook: /^ +runbook: (\S+)$/m.exec(block)?.[1] ?? "",
  }));

/** A copy of the configuration with other rules. */
function copyWith(name: string, change: (rules: string) => string): string {
  const path = join(folder.path, name);
  mkdirSync(path);
  cpSync(PROMETHEUS, path, { recursive: true });
  for (const file of filesIn(join(path, "rules"))) writeFileSync(file, change(readFileSync(file, "utf8")));
  return path;
}

/** Has every alert watch something else, at once. */
const alertsOn =
  (expr: string) =>
  (text: string): string =>
    text
      .replaceAll(/(- alert: \w+\n( +)expr: )(?:\|\n(?:\2 +.*\n)+|.*\n)/g, `$1${expr}\n`)
      .replaceAll(/^ +for: .*\n/gm, "");

/** The alerts of which cases fail, by what these cases expect: `nothing`, or an alert. */
function failing(path: string, expected: "nothing" | "an alert"): readonly string[] {
  const { status, said } = promtool("test", "rules", ...filesIn(join(path, "tests")));
  expect(status).not.toBe(0);
  const failures = said.matchAll(/alertname: (\w+), time: \S+,\s+exp:(\[\])?/g);
  const found = Array.from(failures, ([, alert = "", none]) =>
    (none !== undefined) === (expected === "nothing") ? [alert] : [],
  );
  return [...new Set(found.flat())].toSorted();
}

test("rules can be read, and each is there once", () => {
  expect(promtool("check", "rules", "--lint=all", "--lint-fatal", ...rules)).toMatchObject({ status: 0 });
  expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
});

test("the queries of the pages for operators can be read", () => {
  const queries = toldQueries().filter((code) => code.includes("("));
  expect(queries.length).toBeGreaterThanOrEqual(3);
  const file = join(folder.path, "told.yml");
  const rules = queries.map((expr, index) => ({ record: `told:${index}`, expr }));
  writeFileSync(file, JSON.stringify({ groups: [{ name: "told", rules }] }));
  expect(promtool("check", "rules", "--lint=all", "--lint-fatal", file)).toMatchObject({ status: 0 });
});

test("the configuration can be read, and needs the token's file", () => {
  const path = copyWith("config", (text) => text);
  expect(promtool("check", "config", join(path, "prometheus.yml")).status).toBe(1);
  mkdirSync(join(path, "secrets"));
  writeFileSync(join(path, "secrets", "metrics-token"), "token");
  const check = () => promtool("check", "config", join(path, "prometheus.yml"));
  const { status, said } = check();
  expect(said).not.toMatch(/FAILED/);
  expect(status).toBe(0);

  // An Alertmanager is named as the runbook says, and a slip is found.
  const named = /^\*\*Being woken up\.\*\*(?:.*\n)*?```\n((?:.*\n)*?)```/m.exec(
    readFileSync(join(PROJECT, "docs/operations.md"), "utf8"),
  )?.[1];
  const file = join(path, "alertmanagers", "mine.yml");
  writeFileSync(file, named ?? "");
  expect(named).toContain("alertmanager.example.org:9093");
  expect(check().status).toBe(0);
  writeFileSync(file, "- target: alertmanager.example.org:9093\n");
  expect(check().status).toBe(1);
});

test("a deployment has a file of targets for every job", () => {
  const config = readFileSync(join(PROMETHEUS, "prometheus.yml"), "utf8");
  const jobs = Array.from(config.matchAll(/job_name: (\S+)\n/g), ([, job = ""]) => job);
  const files = config.matchAll(/files: \[targets\/(\S+)\.yml\]/g);
  expect(Array.from(files, ([, job = ""]) => job)).toEqual(jobs);
  const targets = readdirSync(join(PROJECT, "deploy/targets")).map((file) => file.replace(/\.yml$/, ""));
  expect(targets.toSorted()).toEqual(jobs.toSorted());
});

describe("alerts", () => {
  const names = alerts.map(({ name }) => name).toSorted();

  test("do as their cases say", () => {
    const { status, said } = promtool("test", "rules", ...filesIn(join(PROMETHEUS, "tests")));
    expect(said).not.toMatch(/FAILED/);
    expect(status).toBe(0);
  }, 300_000);

  test("each has a case in which it must fire: one that never does is found out", () => {
    expect(failing(copyWith("never", alertsOn("vector(1) > 2")), "an alert")).toEqual(names);
  }, 300_000);

  test("each has a case in which it must be silent: one that always fires is found out", () => {
    expect(failing(copyWith("always", alertsOn("vector(1)")), "nothing")).toEqual(names);
  }, 300_000);

  test.each(alerts)("$name has a severity, and a section on what to do", ({ name, severity, runbook }) => {
    expect(["page", "ticket"]).toContain(severity);
    expect(runbook).toBe(`docs/operations.md#${name.toLowerCase()}`);
    const sections = readFileSync(join(PROJECT, "docs/operations.md"), "utf8").split(/^(?=#)/m);
    const section = sections.find((text) => text.startsWith(`### ${name}\n`));
    expect(section?.length).toBeGreaterThan(100);
  });

  test("no section is about an alert that is gone", () => {
    const [, runbooks = ""] =
      /^## Alerts\n([^]*?)(?=^## |(?![^]))/m.exec(
        readFileSync(join(PROJECT, "docs/operations.md"), "utf8"),
      ) ?? [];
    expect(Array.from(runbooks.matchAll(/^### (\w+)$/gm), ([, name = ""]) => name).toSorted()).toEqual(names);
  });
});
