import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { type ComposeModel, GPU_FILE, loadModel, PROFILES, PROJECT } from "./compose-model.ts";

// Whom Prometheus looks for among the containers.

let services: ComposeModel["services"];
beforeAll(async () => {
  ({ services } = await loadModel([GPU_FILE], { profiles: PROFILES }));
}, 600_000);

const TARGETS = join(PROJECT, "deploy/targets");
const config = readFileSync(join(PROJECT, "observability/prometheus/prometheus.yml"), "utf8");

const shareNetwork = (name: string): boolean =>
  Object.keys(services[name]?.networks ?? {}).some((one) => one in services["prometheus"]!.networks);

it("finds each at the name of a container in one of its own networks", () => {
  const named = readdirSync(TARGETS).flatMap((file) => {
    const text = readFileSync(join(TARGETS, file), "utf8");
    return Array.from(text.matchAll(/targets: \["([a-z\d.-]+):\d+"\]/g), ([, host = ""]) => host);
  });
  const others = named.filter((host) => host !== "127.0.0.1");
  expect(others.toSorted()).toEqual(["dcgm", "gate", "gateway", "livekit", "vllm", "warm-up"]);
  expect(others.filter((name) => !shareNetwork(name))).toEqual([]);
});

it("finds agents by their name alone, so that one that ends its last calls is not taken for the next", () => {
  const [, name = "", port] =
    /^ +dns_sd_configs: \[\{ names: \[(\w+)\.\], type: A, port: (\d+), /m.exec(config) ?? [];
  expect(shareNetwork(name)).toBe(true);
  expect(services[name]?.environment["AGENT_PORT"]).toBe(port);
  expect(readFileSync(join(TARGETS, `${name}.yml`), "utf8")).toMatch(/\n\[\]\n$/);
});
