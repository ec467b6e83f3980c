import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { makeRoomForGateway } from "../../../orchestrator/commands/stack/exchange.ts";
import { readLeaving } from "../../../orchestrator/up/leaving.ts";
import { type StackInDocker, stackInDocker } from "./stack/stack-in-docker.ts";

// By a stand-in for Docker, which keeps containers as compose would: there is no engine where this runs.

let stack: StackInDocker;
beforeEach(() => {
  stack = stackInDocker();
});
afterEach(() => stack.close());

const TEST_MS = 120_000;

/** Our own programs are of another version; LiveKit is not. */
const version = (hash: string) => ({ gate: hash, vllm: hash, weights: hash, gateway: hash, agent: hash });
const agents = () =>
  stack.docker.of("agent").map(({ hash, running, signals }) => ({ hash, running, signals }));

test(
  "a new agent takes calls before the old one is asked to end, which nobody waits for",
  async () => {
    await stack.bringUp();
    stack.docker.change({ hashes: version("two") });
    const { code, said } = await stack.upgrade();
    expect(code, said).toBe(0);
    expect(said).toContain("new calls are taken by the new agent");
    expect(agents()).toEqual([
      { hash: "one", running: true, signals: 1 },
      { hash: "two", running: true, signals: 0 },
    ]);
    const [old] = stack.docker.of("agent");
    expect(stack.docker.told().slice(-5, -2)).toEqual([
      "compose rm --force agent",
      "compose up --detach --no-recreate --scale agent=2 agent",
      `kill --signal SIGTERM ${old?.id}`,
    ]);
    expect(stack.docker.of("gateway").map(({ hash }) => hash)).toEqual(["two"]);
  },
  TEST_MS,
);

test(
  "who names nothing else means the engine and the profiles that run",
  async () => {
    const up = await stack.run("up", "--engine", "simulator", "--profiles", "none");
    expect(up.code, up.said).toBe(0);
    const same = await stack.run("upgrade");
    expect(same.code, same.said).toBe(0);
    expect(same.said).not.toContain("measures");
    const more = await stack.run("upgrade", "--profiles", "observability");
    expect(more.code, more.said).toBe(0);
    expect(more.said).toContain("now what measures them: prometheus, grafana");
  },
  TEST_MS,
);

test(
  "what has not changed is let alone, and an agent that has calls is never asked twice",
  async () => {
    await stack.bringUp();
    const unchanged = await stack.upgrade();
    expect(unchanged.code, unchanged.said).toBe(0);
    expect(stack.docker.told().filter((line) => line.startsWith("kill") || line.includes("--scale"))).toEqual(
      [],
    );
    stack.docker.change({ hashes: version("two") });
    await stack.upgrade();
    for (const again of [await stack.upgrade(), await stack.run("up", "--engine", "simulator")])
      expect(again.code, again.said).toBe(0);
    expect(agents()).toEqual([
      { hash: "one", running: true, signals: 1 },
      { hash: "two", running: true, signals: 0 },
    ]);
    // Its last call ends; a container that has ended is not started again.
    stack.docker.change((state) => {
      for (const each of state.containers)
        if (each.service === "agent" && each.hash === "one") each.running = false;
    });
    stack.docker.change({ hashes: version("three") });
    await stack.upgrade();
    expect(agents()).toEqual([
      { hash: "two", running: false, signals: 1 },
      { hash: "three", running: true, signals: 0 },
    ]);
  },
  TEST_MS,
);

test(
  "a new agent that does not become ready is taken away, and the old one goes on",
  async () => {
    await stack.bringUp();
    stack.docker.change({ hashes: version("two"), ill: { agent: "two" } });
    const { code, said } = await stack.upgrade();
    expect(code).toBe(1);
    expect(said).toContain(
      "sightline: agent: agent of two speaks\nsightline: the new agent does not become ready",
    );
    expect(agents()).toEqual([{ hash: "one", running: true, signals: 0 }]);
  },
  TEST_MS,
);

test(
  "down waits for the calls of every agent, and ends the gateway after them",
  async () => {
    await stack.bringUp();
    stack.docker.change({ hashes: version("two") });
    await stack.upgrade();
    const down = stack.begin("down");
    await vi.waitFor(
      () =>
        expect(agents()).toEqual([
          { hash: "one", running: true, signals: 1 },
          { hash: "two", running: false, signals: 1 },
        ]),
      20_000,
    );
    expect(stack.docker.told().some((line) => line.startsWith("compose down"))).toBe(false);
    stack.docker.change((state) => {
      for (const each of state.containers) if (each.service === "agent") each.running = false;
    });
    expect(await down.ended).toBe(0);
    expect(stack.docker.told().at(-1)).toBe("compose down --remove-orphans");
  },
  TEST_MS,
);

test(
  "down --now lets calls say goodbye: they are asked twice",
  async () => {
    await stack.bringUp();
    const { code, said } = await stack.run("down", "--now");
    expect(code, said).toBe(0);
    expect(stack.docker.told().map((line) => line.replace(/agent-\S+/, "AGENT"))).toEqual([
      "kill --signal SIGTERM AGENT",
      "kill --signal SIGTERM AGENT",
      "compose down --remove-orphans --timeout 25",
    ]);
  },
  TEST_MS,
);

test(
  "a gateway has its time for answers, then its callers are told to come back",
  async () => {
    await stack.bringUp(2);
    stack.docker.change({ hashes: version("two") });
    vi.stubEnv("PATH", stack.docker.path);
    onTestFinished(() => void vi.unstubAllEnvs());
    const told: string[] = [];
    const startMs = performance.now();
    await makeRoomForGateway({
      plan: { arguments: [], environment: {}, address: "" },
      folder: stack.folder.path,
      leaving: readLeaving(join(stack.folder.path, "leaving.json")),
      signal: new AbortController().signal,
      compose: async () => {},
      tell: (line) => void told.push(line),
      gatewayMs: 500,
    });
    expect(performance.now() - startMs).toBeGreaterThan(500);
    expect(stack.docker.of("gateway")).toMatchObject([{ running: false, signals: 2 }]);
    expect(told).toHaveLength(1);
  },
  TEST_MS,
);
