import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { freeTcpPort } from "../../../../orchestrator/lib/free-port.ts";
import type { Exchange } from "../../../../orchestrator/commands/stack/exchange.ts";
import { startStack } from "../../../../orchestrator/commands/stack/start-stack.ts";
import { readLeaving } from "../../../../orchestrator/up/leaving.ts";
import { runCompose } from "../../../../orchestrator/up/run-compose.ts";
import { type StackInDocker, stackInDocker } from "./stack-in-docker.ts";

// By a stand-in for Docker, which keeps containers as compose would: there is no engine where this runs.

let stack: StackInDocker;
beforeEach(() => {
  stack = stackInDocker();
});
afterEach(() => stack.close());

const TEST_MS = 120_000;
const SERVICES = ["gate", "vllm", "warm-up", "prometheus", "grafana", "livekit", "gateway", "agent"];

/** With a call in the agent, and each service handed a file of its own; `hand` gives one something else. */
async function bringUp() {
  const hand = (name: string, content: string): string => stack.folder.put(name, content);
  hand("classes/small.yaml", "model: small");
  const secrets = ["livekit_api_secret", "local_engine_api_key"];
  stack.docker.change({
    services: [...SERVICES, "weights"],
    environment: { GPU_CLASS: "small" },
    secrets: Object.fromEntries(secrets.map((name) => [name, hand(name, name)])),
    handed: {
      vllm: { volumes: [`${stack.folder.path}/classes:/classes`], secrets: ["local_engine_api_key"] },
      "warm-up": { secrets: ["local_engine_api_key"] },
      prometheus: { volumes: [hand("prometheus.yml", "interval: 15s")] },
      livekit: { volumes: [hand("livekit.yaml", "port: 1")], secrets: ["livekit_api_secret"] },
      gateway: { secrets },
      agent: { secrets },
    },
  });
  await stack.bringUp();
  const before = new Map(SERVICES.map((name) => [name, stack.ids(name)]));
  return {
    hand,
    /** Services of which there is another container than at first. */
    changed: () => SERVICES.filter((name) => stack.ids(name).some((id) => !before.get(name)?.includes(id))),
  };
}

const endCalls = (): void =>
  stack.docker.change((state) => {
    for (const each of state.containers) if (each.service === "agent") each.running = false;
  });
/** What was made and ended, in order, without the services that compose looks at and lets be. */
const order = (): readonly string[] =>
  stack.docker
    .told()
    .filter((line) => /^(kill|tag|compose up)/.test(line))
    .map((line) => line.replace(/ --wait.* \d+/, "").replace(/-\d+-\d+$/, ""));

test(
  "what a file of the checkout held is known: whose has changed is made anew, and nobody else",
  async () => {
    const { hand, changed } = await bringUp();
    const unchanged = await stack.upgrade();
    expect(unchanged.code, unchanged.said).toBe(0);
    expect(changed()).toEqual([]);
    hand("classes/small.yaml", "model: large");
    hand("prometheus.yml", "interval: 5s");
    expect((await stack.upgrade()).code).toBe(0);
    expect(changed()).toEqual(["vllm", "prometheus"]);
    expect(stack.docker.told().some((line) => line.startsWith("kill"))).toBe(false);
    // The class of another card is read by nobody here.
    hand("classes/large.yaml", "model: large");
    const ids = stack.ids(...SERVICES);
    expect((await stack.upgrade()).code).toBe(0);
    expect(stack.ids(...SERVICES)).toEqual(ids);
  },
  TEST_MS,
);

test(
  "a key of the engine is another one for all who know it, the engine first and the agent last",
  async () => {
    const { hand, changed } = await bringUp();
    hand("local_engine_api_key", "another one");
    const { code, said } = await stack.upgrade();
    expect(code, said).toBe(0);
    expect(changed()).toEqual(["vllm", "warm-up", "gateway", "agent"]);
    expect(order()).toEqual([
      "compose up --detach gate weights",
      "compose up --detach vllm warm-up",
      "compose up --detach --timeout 10 livekit",
      "kill --signal SIGTERM gateway",
      "compose up --detach gateway",
      "compose up --detach --remove-orphans gate vllm warm-up livekit gateway weights",
      "compose up --detach --no-recreate --scale agent=2 agent",
      "kill --signal SIGTERM agent",
      "compose up --detach --no-deps prometheus",
      "compose up --detach --no-deps grafana",
    ]);
  },
  TEST_MS,
);

test(
  "LiveKit's secret waits for the calls, which it is said first, and then changes for all three",
  async () => {
    const { hand, changed } = await bringUp();
    hand("livekit_api_secret", "another one");
    const upgrade = stack.begin("upgrade", "--engine", "simulator");
    await expect.poll(() => stack.docker.of("agent")[0]?.signals, { timeout: 20_000 }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(upgrade.stderr()).toContain("LiveKit is exchanged, which no call outlives");
    expect(changed()).toEqual([]);
    endCalls();
    expect(await upgrade.ended, upgrade.stderr()).toBe(0);
    expect(changed()).toEqual(["livekit", "gateway", "agent"]);
    expect(order().slice(2, 6)).toEqual([
      "kill --signal SIGTERM agent",
      "compose up --detach --timeout 10 livekit",
      "kill --signal SIGTERM gateway",
      "compose up --detach gateway",
    ]);
    expect(stack.docker.of("agent")).toHaveLength(1);
  },
  TEST_MS,
);

test(
  "a new LiveKit that does not become healthy: the one before is there again, and an agent that takes calls",
  async () => {
    await bringUp();
    stack.docker.change({ hashes: { livekit: "two" }, ill: { livekit: "two" } });
    const upgrade = stack.begin("upgrade", "--engine", "simulator");
    await expect.poll(() => stack.docker.of("agent")[0]?.signals, { timeout: 20_000 }).toBe(1);
    endCalls();
    expect(await upgrade.ended).toBe(1);
    expect(upgrade.stderr()).toContain(
      "the new livekit did not become healthy, so the livekit from before the upgrade serves again",
    );
    expect(stack.docker.of("livekit")).toMatchObject([{ running: true, health: "healthy", hash: "one" }]);
    expect(stack.docker.of("gateway")).toMatchObject([{ running: true, signals: 0 }]);
    expect(stack.docker.of("agent")).toMatchObject([{ running: true, signals: 0 }]);
  },
  TEST_MS,
);

test(
  "port 443 is exchanged after the gateway, and no tunnel is waited for",
  async () => {
    stack.docker.change({ services: [...SERVICES, "turn", "weights"] });
    vi.stubEnv("PATH", stack.docker.path);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { signal } = new AbortController();
    const plan = { arguments: ["--profile=turn"], environment: {}, address: "" };
    const told: string[] = [];
    const exchange: Exchange = {
      plan,
      folder: stack.folder.path,
      leaving: readLeaving(join(stack.folder.path, "leaving.json")),
      signal,
      compose: async (words) => expect(await runCompose(plan, words, signal)).toBe(0),
      tell: (line) => void told.push(line),
    };
    await startStack(exchange);
    stack.docker.change({ hashes: { turn: "two" }, told: [] });
    const others = SERVICES.filter((name) => name !== "agent");
    const ids = stack.ids(...others);
    await startStack(exchange);
    expect(stack.docker.of("turn")).toMatchObject([{ running: true, hash: "two" }]);
    expect(stack.ids(...others)).toEqual(ids);
    expect(told).toEqual([
      "port 443 is exchanged; callers who come through it hear nothing for some seconds",
    ]);
    expect(order().slice(3, 5)).toEqual([
      "compose up --detach gateway",
      "compose up --detach --timeout 5 turn",
    ]);
  },
  TEST_MS,
);

test.each([
  ["gateway", "the new gateway did not become healthy, so the gateway from before the upgrade serves again"],
  ["gate", "the new gate did not become healthy, so the gate from before the upgrade serves again"],
])(
  "a new %s that does not become healthy gives way to the one before, and the agent goes on",
  async (name, sentence) => {
    await bringUp();
    stack.docker.change({ hashes: { [name]: "two", agent: "two" }, ill: { [name]: "two" } });
    const { code, said } = await stack.upgrade();
    expect(code).toBe(1);
    expect(said).toContain(`sightline: ${name}: ${name} of two speaks\n`);
    expect(said).toContain(`sightline: ${sentence}`);
    expect(stack.docker.of(name)).toMatchObject([
      { running: true, health: "healthy", hash: "one", image: `sightline-before:${name}` },
    ]);
    expect(stack.docker.of("agent")).toMatchObject([{ running: true, hash: "one", signals: 0 }]);
    // Mended, it is taken.
    stack.docker.change({ hashes: { [name]: "three" }, ill: {} });
    const again = await stack.upgrade();
    expect(again.code, again.said).toBe(0);
    expect(stack.docker.of(name)).toMatchObject([{ running: true, hash: "three" }]);
  },
  TEST_MS,
);

test(
  "a part of a first start that is not healthy is named, and the next one looks at the machine again",
  async () => {
    stack.close();
    const port = await freeTcpPort();
    stack = stackInDocker({ PAGE_PORT: String(port) });
    stack.docker.change({ ill: { gateway: "one" } });
    const up = await stack.run("up", "--engine", "simulator");
    expect(up.code).toBe(1);
    expect(up.said).toContain("sightline: gateway: gateway of one speaks\nsightline: not healthy: gateway;");

    const other = createServer().listen(port, "127.0.0.1");
    onTestFinished(() => void other.close());
    await once(other, "listening");
    expect((other.address() as AddressInfo).port).toBe(port);
    stack.docker.change((state) => {
      for (const each of state.containers) if (each.service === "gateway") each.running = false;
    });
    const taken = await stack.run("up", "--engine", "simulator");
    expect(taken.code).toBe(1);
    expect(taken.said).toContain(`port ${port}/tcp (page) is taken`);

    // Its own gateway has it: that is no reason.
    stack.docker.change((state) => {
      state.ill = {};
      for (const each of state.containers)
        if (each.service === "gateway") Object.assign(each, { running: true, health: "healthy" });
    });
    const well = await stack.run("up", "--engine", "simulator");
    expect(well.code, well.said).toBe(0);
  },
  TEST_MS,
);
