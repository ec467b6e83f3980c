import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parseImagesLock } from "../../scripts/pin/images-lock.ts";
import { buildContext } from "../../scripts/tools/compose-model.ts";
import { lintDockerfile } from "../../scripts/tools/hadolint.ts";
import { loadedBy } from "./copy-set.ts";
import { copiesOf, parseDockerfile } from "./dockerfile.ts";
import { DOCKERFILE_RULES, type DockerfileRuleName } from "./dockerfile-rules.ts";

const project = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(project, path), "utf8");
const lock = parseImagesLock(read("images.lock.json"));
const packageJson = JSON.parse(read("package.json")) as { readonly dependencies: Record<string, string> };
const ROOT = { path: "Dockerfile", run: [""] };
const GATE = { path: "inference/gate/Dockerfile", run: ["cpu", "cuda"] };
const ruleNames = Object.keys(DOCKERFILE_RULES) as DockerfileRuleName[];
let context: readonly string[];

// Both tools are installed here the first time.
beforeAll(async () => {
  context = await buildContext(project);
}, 600_000);

describe.each([ROOT, GATE])("$path", ({ path, run }) => {
  const file = parseDockerfile(read(path));
  const runs = file.stages.filter(({ name }) => run.includes(name));

  it("is passed by hadolint", { timeout: 300_000 }, async () => {
    expect(await lintDockerfile(join(project, path))).toEqual([]);
  });

  it("holds every rule", () => {
    expect(runs).toHaveLength(run.length);
    expect(
      ruleNames.flatMap((name) =>
        DOCKERFILE_RULES[name](file, { lock, run }).map((fault) => `${name}: ${fault}`),
      ),
    ).toEqual([]);
  });

  it("copies what is in the build's context, and all that its program loads", () => {
    for (const stage of file.stages) {
      for (const { from, sources } of copiesOf(stage)) {
        if (from !== undefined) expect(file.stages.map(({ name }) => name)).toContain(from);
        else {
          for (const source of sources) {
            expect(
              context.some((name) => name === source || name.startsWith(`${source}/`)),
              source,
            ).toBe(true);
          }
        }
      }
    }
    for (const stage of runs) {
      const copied = copiesOf(stage).filter(({ from }) => from === undefined);
      const sources = copied.flatMap((one) => one.sources);
      const isCopied = (name: string): boolean =>
        context.includes(name) && sources.some((source) => name === source || name.startsWith(`${source}/`));
      const { files } = path === ROOT.path ? loadedBy(project, "orchestrator/main.ts") : loadedByGate();
      expect(files.size).toBeGreaterThan(20);
      expect([...files].filter((name) => !isCopied(name))).toEqual([]);
      expect(isCopied("inference/models.lock.json")).toBe(true);
      expect(isCopied("package.json")).toBe(true);
    }
  });
});

/** Its first module loads other commands only when they are called. */
function loadedByGate() {
  return loadedBy(project, "orchestrator/commands/gate.ts", ["orchestrator/main.ts"]);
}

it("the context holds neither tests nor pictures, data, secrets or what developers have lying about", () => {
  expect(context.filter((name) => /\.(jpe?g|png|webp|onnx|wav|pem|env|log)$/i.test(name))).toEqual([]);
  const folders = new Set(context.map((name) => name.split("/")[0] ?? ""));
  expect([...folders].toSorted()).toEqual([
    ".npmrc",
    "LICENSE",
    "inference",
    "orchestrator",
    "package-lock.json",
    "package.json",
    "personas",
    "scripts",
    "tsconfig.json",
    "web",
  ]);
  expect(context.filter((name) => name.startsWith("scripts/"))).toEqual(["scripts/render-notices.ts"]);
  expect(
    context.filter((name) => /(^|\/)(test|bench|docs|dist|node_modules|__pycache__)\//.test(name)),
  ).toEqual([]);
});

it("what is loaded at run time is a dependency, and the gate has need of few", () => {
  const { packages } = loadedBy(project, "orchestrator/main.ts");
  expect([...packages].filter((name) => !(name in packageJson.dependencies))).toEqual([]);
  const gate = loadedByGate().packages;
  expect([...gate].filter((name) => /^(@livekit|openai|livekit)/.test(name))).toEqual([]);
  expect(gate).toContain("onnxruntime-node");
});

it("the CUDA provider is the one that onnxruntime-node's own script would fetch", () => {
  const require = createRequire(import.meta.url);
  const folder = join(require.resolve("onnxruntime-node/package.json"), "..");
  const { requirements, manifests, packages } = require(join(folder, "script/install-metadata.js")) as {
    readonly requirements: Record<string, string[]>;
    readonly manifests: Record<string, Record<string, { readonly package: string; readonly path: string }>>;
    readonly packages: Record<string, { readonly name: string; readonly versions: { version: string }[] }>;
  };
  expect(requirements["linux/x64"]).toEqual(["cuda12"]);
  const needed = Object.values(manifests["linux/x64:cuda12"]!).filter(
    ({ path }) => !path.includes("tensorrt"),
  );
  const { name, versions } = packages[needed[0]!.package]!;
  const version = versions[0]!.version;
  const id = name.toLowerCase();
  const url = `https://api.nuget.org/v3-flatcontainer/${id}/${version}/${id}.${version}.nupkg`;
  expect(lock.downloads.map((one) => one.url)).toEqual([url]);
  expect(read(GATE.path)).toContain(`ARG ORT_CUDA_URL=${url}\n`);
  for (const { path } of needed) expect(read(GATE.path)).toContain(path);
  // As a file that others than root can read.
  expect(read(GATE.path)).toMatch(/ unzip [^&]*&& chmod 0644 \.\/\*\.so /);
  expect(version).toBe(packageJson.dependencies["onnxruntime-node"]);
});

it("CUDA is in the gate's GPU image alone", () => {
  const { stages } = parseDockerfile(read(GATE.path));
  expect(stages.filter(({ base }) => base === "${CUDA_IMAGE}").map(({ name }) => name)).toEqual(["cuda"]);
  const takers = stages.filter((stage) => copiesOf(stage).some(({ from }) => from === "provider"));
  expect(takers.map(({ name }) => name)).toEqual(["cuda"]);
  expect(read(ROOT.path)).not.toMatch(/cuda/i);
});

it("the driver is found where nodes put it, GKE's too, and CUDA where its image has it", () => {
  const cuda = parseDockerfile(read(GATE.path)).stages.find(({ name }) => name === "cuda");
  const environment = cuda?.instructions.filter(({ keyword }) => keyword === "ENV").map(({ value }) => value);
  const [, path = ""] = /\bLD_LIBRARY_PATH=(\S+)/.exec(environment?.join(" ") ?? "") ?? [];
  expect(path.split(":")).toEqual(["/usr/local/nvidia/lib64", "/usr/local/cuda/lib64"]);
});

describe("each rule sees what breaks it", () => {
  it.each<readonly [DockerfileRuleName, typeof ROOT, string, string]>([
    ["images of the lock", ROOT, "node:24.21.0-bookworm-slim", "node:latest"],
    ["images of the lock", GATE, "12.9.1-cudnn-runtime-ubuntu24.04", "13.0.0-cudnn-runtime-ubuntu24.04"],
    ["nobody's root", ROOT, "USER 10001:10001\n", ""],
    ["nobody's root", GATE, "USER 10001:10001", "USER 0"],
    ["exec form, under an init", ROOT, 'CMD ["gateway"]', "CMD gateway"],
    ["exec form, under an init", ROOT, 'ENTRYPOINT ["/usr/bin/tini", "--", ', "ENTRYPOINT ["],
    ["no secret", ROOT, "ARG ESPEAK=1", "ARG NPM_TOKEN"],
    ["no secret", GATE, "GATE_PROVIDER=cuda", "GATE_API_KEY=cuda"],
    ["packages of the lock file", ROOT, "npm ci --ignore-scripts", "npm ci"],
    ["packages of the lock file", GATE, "npm ci --omit=dev", "npm install --omit=dev"],
    ["no packages for developers", ROOT, "npm ci --omit=dev", "npm ci"],
    [
      "no packages for developers",
      ROOT,
      "--from=packages /app/node_modules",
      "--from=build /app/node_modules",
    ],
    ["nothing from elsewhere", ROOT, "COPY personas personas", "ADD https://example.org/personas personas"],
    ["nothing from elsewhere", GATE, "sha256sum -c package.sha256", "true"],
  ])("%s (%#)", (name, { path, run }, from, to) => {
    const text = read(path);
    expect(text).toContain(from);
    const broken = parseDockerfile(text.replace(from, () => to));
    expect(DOCKERFILE_RULES[name](broken, { lock, run })).not.toEqual([]);
  });
});
