import { join } from "node:path";
import { utimesSync } from "node:fs";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { makeRoomForGateway } from "../../../orchestrator/commands/exchange.ts";
import { readLeaving } from "../../../orchestrator/up/leaving.ts";
import { sightline } from "../../e2e/programs.ts";
import { type FakeDocker, fakeDocker } from "../../standins/docker.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";

// By a stand-in for Docker, which keeps containers as compose would: there is no engine where this runs.

let folder: TestFolder;
let docker: FakeDocker;
beforeEach(() => {
  folder = testFolder();
  docker = fakeDocker(join(folder.path, "bin"));
});
afterEach(() => folder.remove());

const TEST_MS = 60_000;

function begin(...args: readonly string[]) {
  const env = { PATH: docker.path, DATA_DIR: join(folder.path, "data"), BIND_ADDRESS: "127.0.0.1" };
  return sightline(args, { env });
}

async function run(
  ...args: readonly string[]
): Promise<{ readonly code: number | string; readonly said: string }> {
  const program = begin(...args);
  const code = await program.ended;
  return { code, said: program.stderr() };
}

const upgrade = () => run("upgrade", "--engine", "simulator");

/** The stack runs, and there is a call in its agent. */
async function bringUp(gatewayEndsAfter = 1): Promise<void> {
  docker.change({ endsAfter: 2 });
  const up = await run("up", "--engine", "simulator");
  expect(up.code, up.said).toBe(0);
  docker.change((state) => {
    state.told = [];
    state.endsAfter = 1;
    for (const each of state.containers) if (each.service === "gateway") each.endsAfter = gatewayEndsAfter;
  });
}

const agents = () => docker.of("agent").map(({ hash, running, signals }) => ({ hash, running, signals }));

test(
  "a new agent takes calls before the old one is asked to end, which nobody waits for",
  async () => {
    await bringUp();
    docker.change({ hash: "two" });
    const { code, said } = await upgrade();
    expect(code, said).toBe(0);
    expect(said).toContain("new calls are taken by the new agent");
    expect(agents()).toEqual([
      { hash: "one", running: true, signals: 1 },
      { hash: "two", running: true, signals: 0 },
    ]);
    const [old] = docker.of("agent");
    expect(docker.told().slice(-3)).toEqual([
      "compose rm --force agent",
      "compose up --detach --no-recreate --scale agent=2 agent",
      `kill --signal SIGTERM ${old?.id}`,
    ]);
    expect(docker.of("gateway").map(({ hash }) => hash)).toEqual(["two"]);
  },
  TEST_MS,
);

test(
  "what has not changed is let alone, and an agent that has calls is never asked twice",
  async () => {
    await bringUp();
    const unchanged = await upgrade();
    expect(unchanged.code, unchanged.said).toBe(0);
    expect(docker.told().filter((line) => line.startsWith("kill") || line.includes("--scale"))).toEqual([]);
    docker.change({ hash: "two" });
    await upgrade();
    for (const again of [await upgrade(), await run("up", "--engine", "simulator")])
      expect(again.code, again.said).toBe(0);
    expect(agents()).toEqual([
      { hash: "one", running: true, signals: 1 },
      { hash: "two", running: true, signals: 0 },
    ]);
    // Its last call ends; a container that has ended is not started again.
    docker.change((state) => {
      for (const each of state.containers) if (each.hash === "one") each.running = false;
    });
    docker.change({ hash: "three" });
    await upgrade();
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
    await bringUp();
    docker.change({ hash: "two", health: "unhealthy" });
    const { code, said } = await upgrade();
    expect(code).toBe(1);
    expect(said).toContain("the new agent does not become ready");
    expect(agents()).toEqual([{ hash: "one", running: true, signals: 0 }]);
  },
  TEST_MS,
);

test(
  "down waits for the calls of every agent, and ends the gateway after them",
  async () => {
    await bringUp();
    docker.change({ hash: "two" });
    await upgrade();
    const down = begin("down");
    await vi.waitFor(
      () =>
        expect(agents()).toEqual([
          { hash: "one", running: true, signals: 1 },
          { hash: "two", running: false, signals: 1 },
        ]),
      20_000,
    );
    expect(docker.told().some((line) => line.startsWith("compose down"))).toBe(false);
    docker.change((state) => {
      for (const each of state.containers) if (each.service === "agent") each.running = false;
    });
    expect(await down.ended).toBe(0);
    expect(docker.told().at(-1)).toBe("compose down");
  },
  TEST_MS,
);

test(
  "down --now lets calls say goodbye: they are asked twice",
  async () => {
    await bringUp();
    const { code, said } = await run("down", "--now");
    expect(code, said).toBe(0);
    expect(docker.told().map((line) => line.replace(/agent-\S+/, "AGENT"))).toEqual([
      "kill --signal SIGTERM AGENT",
      "kill --signal SIGTERM AGENT",
      "compose down --timeout 25",
    ]);
  },
  TEST_MS,
);

test(
  "a key that has changed is handed on, although compose sees no change",
  async () => {
    const key = folder.put("key", "k");
    docker.change({ secrets: [key] });
    const past = new Date(Date.now() - 60_000);
    utimesSync(key, past, past);
    await bringUp();
    await upgrade();
    expect(docker.of("agent")).toHaveLength(1);
    const future = new Date(Date.now() + 60_000);
    utimesSync(key, future, future);
    await upgrade();
    expect(agents().map(({ signals }) => signals)).toEqual([1, 0]);
  },
  TEST_MS,
);

test(
  "a gateway has its time for answers, then its callers are told to come back",
  async () => {
    await bringUp(2);
    docker.change({ hash: "two" });
    vi.stubEnv("PATH", docker.path);
    onTestFinished(() => void vi.unstubAllEnvs());
    const told: string[] = [];
    const startMs = performance.now();
    await makeRoomForGateway({
      plan: { arguments: [], environment: {}, address: "" },
      leaving: readLeaving(join(folder.path, "leaving.json")),
      signal: new AbortController().signal,
      compose: async () => {},
      tell: (line) => void told.push(line),
      gatewayMs: 500,
    });
    expect(performance.now() - startMs).toBeGreaterThan(500);
    expect(docker.of("gateway")).toMatchObject([{ running: false, signals: 2 }]);
    expect(told).toHaveLength(1);
  },
  TEST_MS,
);
