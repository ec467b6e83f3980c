import { chownSync, copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { clearPicture, STUB, STUB_SHA256 } from "../../standins/photo-files.ts";
import { type Program, start } from "../programs.ts";
import { asUser, buildTree, type ImageTree, openFolder, stateOf } from "./image-tree.ts";

// What Dockerfiles put together is run here without Docker: same files, same packages, same command, as
// the images' user, who may write nothing but its data and its temporary folder. A minute, most of it npm's.

const folders: string[] = [];
const programs: Program[] = [];
afterEach(() => {
  for (const { child } of programs.splice(0)) child.kill("SIGKILL");
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Runs the image's command in a place of its own. */
function run(tree: ImageTree, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const place = openFolder();
  folders.push(place);
  for (const name of ["data", "tmp", "models"]) {
    mkdirSync(join(place, name));
    const { uid, gid } = asUser();
    if (uid !== undefined && gid !== undefined) chownSync(join(place, name), uid, gid);
  }
  const [program = "", ...words] = tree.command;
  const started = start(program, [...words, ...args], {
    cwd: tree.app,
    ...asUser(),
    env: {
      ...tree.environment,
      HOME: join(place, "tmp"),
      TMPDIR: join(place, "tmp"),
      DATA_DIR: join(place, "data"),
      MODELS_DIR: join(place, "models"),
      NODE_COMPILE_CACHE: join(place, "tmp", "compiled"),
      ...environment,
    },
  });
  programs.push(started);
  return { ...started, place };
}

async function listening(program: Program): Promise<string> {
  await expect.poll(() => program.stdout() + program.stderr(), { timeout: 30_000 }).toMatch(/"listening"/);
  return (JSON.parse(program.stdout().split("\n")[0] ?? "") as { listening: string }).listening;
}

describe("the image of gateway and agent", () => {
  let tree: ImageTree;
  let before: readonly string[];
  beforeAll(async () => {
    const folder = openFolder();
    folders.push(folder);
    tree = await buildTree(folder, "Dockerfile", "");
    before = stateOf(tree.app);
  }, 300_000);

  it("serves the page and judges itself healthy, and writes nothing beside its data", async () => {
    const gateway = run(tree, ["gateway"], { HOST: "127.0.0.1", PORT: "0" });
    const url = await listening(gateway);
    const page = await fetch(url);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("<title>")]);
    const check = run(tree, ["healthy", `${url}/readyz`]);
    expect([await check.ended, check.stderr()]).toEqual([0, ""]);
    gateway.child.kill("SIGTERM");
    expect(await gateway.ended).toBe(0);
    expect(readdirSync(join(gateway.place, "data"))).not.toEqual([]);
    expect(stateOf(tree.app)).toEqual(before);
    const late = run(tree, ["healthy", `${url}/readyz`]);
    expect(await late.ended).toBe(1);
  });

  it("loads what calls need, and says what an agent lacks", async () => {
    const agent = run(tree, ["agent"], { AGENT_PORT: "0" });
    expect(await agent.ended).toBe(78);
    expect(agent.stderr()).toContain("LIVEKIT_URL");
    const modules =
      "await import('@livekit/agents'); await import('@livekit/rtc-node'); await import('sharp');";
    const [node = ""] = tree.command;
    const loaded = start(node, ["--input-type=module", "-e", `${modules} process.exit(0)`], {
      cwd: tree.app,
      ...asUser(),
    });
    expect([await loaded.ended, loaded.stderr()]).toEqual([0, ""]);
  });

  it("is the simulator too, and fetches weights", async () => {
    const simulator = run(tree, ["simulator", "--port", "0"]);
    const url = await listening(simulator);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const fetching = run(tree, ["fetch", "--help"]);
    expect([await fetching.ended, fetching.stdout()]).toEqual([
      0,
      expect.stringContaining("models.lock.json"),
    ]);
  });

  it("holds no package that only developers need, and no platform but its own", () => {
    const names = readdirSync(join(tree.app, "node_modules"));
    expect(
      names.filter((name) => /^(vitest|vite|oxlint|oxfmt|playwright-core|fast-check)$/.test(name)),
    ).toEqual([]);
    const platforms = join(tree.app, "node_modules/onnxruntime-node/bin/napi-v6");
    expect(
      readdirSync(platforms, { recursive: true }).filter((name) => String(name).endsWith(".node")),
    ).toEqual([`linux/${process.arch}/onnxruntime_binding.node`]);
  });
});

describe("the image of the gate", () => {
  let tree: ImageTree;
  beforeAll(async () => {
    const folder = openFolder();
    folders.push(folder);
    tree = await buildTree(folder, "inference/gate/Dockerfile", "cpu");
    copyFileSync(STUB, join(folder, "stub.onnx"));
  }, 300_000);

  const weights = (): readonly string[] => [
    "--port",
    "0",
    "--model",
    join(tree.app, "../stub.onnx"),
    "--sha256",
    STUB_SHA256,
  ];

  it("judges, on the CPU", async () => {
    const gate = run(tree, weights());
    const url = await listening(gate);
    await expect.poll(async () => (await fetch(`${url}/health`)).status).toBe(200);
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ provider: "cpu" });
    const body = new Uint8Array(await clearPicture());
    const headers = { "content-type": "image/jpeg", "x-gate-mode": "photo" };
    const answer = await fetch(`${url}/v1/judge`, { method: "POST", body, headers });
    expect(await answer.json()).toMatchObject({ verdict: "clear" });
    gate.child.kill("SIGTERM");
    expect(await gate.ended).toBe(0);
  });

  it("ends where the GPU that it was told to use is not there, and says so", async () => {
    const gate = run(tree, weights(), { GATE_PROVIDER: "cuda" });
    expect(await gate.ended).toBe(1);
    expect(gate.stderr()).toMatch(/^sightline: gate: provider cuda cannot be loaded: /);
  });

  it("holds nothing of calls and engines", () => {
    const names = readdirSync(join(tree.app, "node_modules"));
    expect(names.filter((name) => /^(@livekit|openai)$/.test(name))).toEqual([]);
  });
});
