import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type PrometheusConfigOptions,
  writePrometheusConfig,
  writeTargets,
} from "../../../orchestrator/up/prometheus-config.ts";
import { PROJECT_DIR } from "../../../orchestrator/project.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";

const FROM = join(PROJECT_DIR, "observability", "prometheus");
const ports = {
  page: 1,
  agent: 2,
  gate: 3,
  engine: 4,
  livekit: 5,
  media: 6,
  livekitMetrics: 7,
  warmUp: 8,
  prometheus: 9,
};

let folder: TestFolder;
beforeEach(() => {
  folder = testFolder();
});
afterEach(() => folder.remove());

const write = (changes: Partial<PrometheusConfigOptions> = {}): string =>
  writePrometheusConfig({
    from: FROM,
    to: join(folder.path, "prometheus"),
    ports,
    tokenFile: folder.put("token", "one"),
    warmUp: ports.warmUp,
    ...changes,
  });
const targets = (job: string): unknown =>
  JSON.parse(readFileSync(join(folder.path, "prometheus", "targets", `${job}.yml`), "utf8"));
const on = (port: number) => [{ targets: [`127.0.0.1:${port}`] }];

test("every job of the project's file has its program, but for the card's, which does not run here", () => {
  const text = readFileSync(write(), "utf8");
  const whole = readFileSync(join(FROM, "prometheus.yml"), "utf8").split("\n");
  const left = whole.filter((line) => !text.split("\n").includes(line));
  expect(left).toEqual([expect.stringMatching(/^ {4}dns_sd_configs: .* names: \[agent\.\]/)]);
  const jobs = [...text.matchAll(/targets\/([a-z-]+)\.yml/g)].map(([, job = ""]) => job);
  const ours = jobs.filter((job) => job !== "gpu");
  expect(ours.map((job) => [job, targets(job)])).toEqual(
    expect.arrayContaining([
      ["gateway", []],
      ["agent", on(2)],
      ["gate", on(3)],
      ["vllm", on(4)],
      ["livekit", on(7)],
      ["warm-up", on(8)],
      ["prometheus", on(9)],
    ]),
  );
  expect(ours).toHaveLength(7);
});

test("what does not run, or tells nobody, is no target that is down", () => {
  write({ warmUp: undefined, ports: { ...ports, livekitMetrics: undefined } });
  expect(targets("warm-up")).toEqual([]);
  expect(targets("livekit")).toEqual([]);
});

test("a gateway is a target once it says where, also beside one that drains", () => {
  write();
  const to = join(folder.path, "prometheus");
  writeTargets(to, "gateway", ["127.0.0.1:11", "127.0.0.1:12"]);
  expect(targets("gateway")).toEqual([{ targets: ["127.0.0.1:11", "127.0.0.1:12"] }]);
  expect(readdirSync(join(to, "targets")).filter((file) => !file.endsWith(".yml"))).toEqual([]);
});

test("rules and token are the files themselves, also when it is written again", () => {
  write({ tokenFile: folder.put("old", "old") });
  write({ tokenFile: folder.put("new", "new") });
  const to = join(folder.path, "prometheus");
  expect(readFileSync(join(to, "secrets", "metrics-token"), "utf8")).toBe("new");
  expect(existsSync(join(to, "rules", "calls.yml"))).toBe(true);
  expect(statSync(join(to, "secrets")).mode & 0o777).toBe(0o700);
});
