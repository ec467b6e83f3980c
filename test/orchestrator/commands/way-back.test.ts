import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type StackInDocker, stackInDocker } from "./stack/stack-in-docker.ts";

// By a stand-in for Docker, which keeps containers as compose would: there is no engine where this runs.

let stack: StackInDocker;
beforeEach(() => {
  stack = stackInDocker();
});
afterEach(() => stack.close());

const TEST_MS = 120_000;

/** What runs was brought up by a version that kept nothing for a way back. */
async function bringUp(...more: readonly string[]): Promise<void> {
  stack.docker.change({
    environment: { GPU_CLASS: "small" },
    handed: {
      vllm: { volumes: [`${join(stack.folder.put("classes/small.yaml", "model: small"), "..")}:/classes`] },
    },
  });
  await stack.bringUp();
  for (const name of ["running.json", ...more]) rmSync(join(stack.folder.path, "data/up", name));
}

/** A new gate, and an engine of other settings that is not well. */
function change(): void {
  stack.folder.put("classes/small.yaml", "model: another");
  stack.docker.change({ hashes: { gate: "two", vllm: "two" }, ill: { vllm: "two" } });
}

test(
  "at the first upgrade that knows a way back, what it goes back to are the settings that ran",
  async () => {
    await bringUp();
    const [was] = stack.docker.of("vllm");
    change();
    const { code, said } = await stack.upgrade();
    expect(code).toBe(1);
    expect(said).toContain("so the vllm from before the upgrade serves again");
    expect(stack.docker.of("vllm")).toMatchObject([{ running: true, hash: "one", files: was?.files }]);
    expect(stack.docker.of("gate")).toMatchObject([{ running: true, hash: "two" }]);
    expect(Object.keys(stack.docker.state().tags)).toEqual(["sightline-before:vllm"]);
    // What is well again later needs the image of before no more.
    stack.docker.change({ hashes: { gate: "two", vllm: "three" }, ill: {} });
    const next = await stack.upgrade();
    expect(next.code, next.said).toBe(0);
    expect(stack.docker.of("vllm")).toMatchObject([{ running: true, hash: "three" }]);
    expect(stack.docker.state().tags).toEqual({});
  },
  TEST_MS,
);

test(
  "when nobody knows any more what ran, new settings are not taken for it",
  async () => {
    await bringUp("files.json");
    change();
    const { code, said } = await stack.upgrade();
    expect(code).toBe(1);
    expect(said).toContain("the vllm from before the upgrade cannot be started again");
    expect(stack.docker.of("vllm").some(({ image }) => image.startsWith("sightline-before"))).toBe(false);
  },
  TEST_MS,
);

test(
  "an older checkout goes back, tells and ends, after one with a service that it does not know",
  async () => {
    await stack.bringUp();
    const { services } = stack.docker.state();
    stack.docker.change({
      services: [...services, "newer"],
      handed: { newer: { volumes: [stack.folder.put("newer.yaml", "1")] } },
    });
    expect((await stack.upgrade()).code).toBe(0);
    expect(stack.docker.of("newer")).toHaveLength(1);
    stack.docker.change({ services, handed: {} });
    const status = stack.begin("status");
    await status.ended;
    expect(status.stdout(), status.stderr()).toMatch(/^ {2}gateway +running$/m);
    const back = await stack.upgrade();
    expect(back.code, back.said).toBe(0);
    expect(stack.docker.of("newer")).toEqual([]);
    const down = await stack.run("down", "--now");
    expect(down.code, down.said).toBe(0);
    expect(stack.docker.state().containers).toEqual([]);
  },
  TEST_MS,
);

test(
  "an engine that ends again and again is not waited for to the end",
  async () => {
    await stack.bringUp();
    stack.docker.change({ hashes: { vllm: "two" }, ending: { vllm: "two" } });
    const { code, said } = await stack.upgrade();
    expect(code).toBe(1);
    expect(said).toContain("sightline: vllm: vllm of two speaks\n");
    expect(said).toContain("the new vllm did not become healthy, so the vllm from before");
    expect(stack.docker.of("vllm")).toMatchObject([{ running: true, hash: "one" }]);
    await stack.run("down", "--now");
    const first = await stack.run("up", "--engine", "simulator");
    expect(first.code).toBe(1);
    expect(first.said).toContain("sightline: not healthy: vllm;");
  },
  TEST_MS,
);

test(
  "Ctrl-C while a new part starts: it is said what does not run, and what goes on from there",
  async () => {
    await stack.bringUp();
    stack.docker.change({ hashes: { gateway: "two" }, loading: { gateway: "two" } });
    const upgrade = stack.begin("upgrade", "--engine", "simulator");
    await expect.poll(() => stack.docker.of("gateway")[0]?.hash, { timeout: 20_000 }).toBe("two");
    upgrade.child.kill("SIGINT");
    expect(await upgrade.ended).toBe(130);
    expect(upgrade.stderr()).toContain(
      "sightline: interrupted; not running or not healthy yet: gateway; 'make upgrade' goes on from there\n",
    );
    stack.docker.change({ loading: {} });
    stack.docker.change((state) => {
      for (const each of state.containers) each.health = "healthy";
    });
    const on = await stack.upgrade();
    expect(on.code, on.said).toBe(0);
  },
  TEST_MS,
);
