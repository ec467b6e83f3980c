import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildOnce } from "./build-once.ts";
import { goTypeSchema } from "./go-types-schema.ts";
import { coreSchemas, customSchemas } from "./kubernetes-schemas.ts";

const run = promisify(execFile);
const SOURCE = join(import.meta.dirname, "..", "kubernetes-tools");
const SOURCE_FILES = ["main.go", "go.mod", "go.sum"];
const BUILD_TIMEOUT_MS = 20 * 60_000;
const RUN_TIMEOUT_MS = 60_000;
const LARGEST_OUTPUT = 64 * 1024 * 1024;

/** The programs, by the package of their main function. */
const PROGRAMS = {
  helm: "helm.sh/helm/v3/cmd/helm",
  "helm-unittest": "github.com/helm-unittest/helm-unittest/cmd/helm-unittest",
  kubeconform: "github.com/yannh/kubeconform/cmd/kubeconform",
  "yaml-to-json": ".",
} as const;

/** Unlike a release, a plain build of helm takes the cluster for Kubernetes 1.20. */
const HELM_VERSION_FLAGS = ["pkg/chartutil", "pkg/lint/rules"]
  .flatMap((path) => [`${path}.k8sVersionMajor=1`, `${path}.k8sVersionMinor=36`])
  .map((setting) => `-X helm.sh/helm/v3/${setting}`)
  .join(" ");

export type KubernetesTool = keyof typeof PROGRAMS;

/** Go modules whose files hold the schemas, with their checksums in Go's own form. */
const SCHEMA_MODULES = {
  core: ["k8s.io/kubernetes@v1.36.3", "h1:qDQdoMiluAE2Eab6Fa52YV+WjiGz9mZFFoagEA6cI+o="],
  prometheus: [
    "github.com/prometheus-operator/prometheus-operator@v0.85.0",
    "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
  ],
  keda: ["github.com/kedacore/keda/v2@v2.21.0", "h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps="],
  gke: ["k8s.io/ingress-gce@v1.30.0", "h1:t3TChtmeLWJTX4sqBErvtJD1q+7836WRjM5g05q8xyE="],
} as const;

const CUSTOM_RESOURCES = {
  prometheus: "example/prometheus-operator-crd",
  keda: "config/crd/bases",
} as const;

/**
 * The folder of helm, helm-unittest, kubeconform, yaml-to-json and `schemas/`: built with Go (about three
 * minutes on two cores the first time), kept by the hash of what they are built from.
 *
 * @throws when Go or the module proxy cannot be had
 */
export async function kubernetesTools(onProgress?: (line: string) => void): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([PROGRAMS, SCHEMA_MODULES, HELM_VERSION_FLAGS]));
  for (const file of [...SOURCE_FILES.map((name) => join(SOURCE, name)), ...SCHEMAS_SOURCES])
    hash.update(readFileSync(file));
  return buildOnce(`kubernetes-${hash.digest("hex").slice(0, 16)}`, async (draft) => {
    onProgress?.(
      "Building helm, helm-unittest and kubeconform with Go, once; this takes about three minutes.",
    );
    for (const [name, path] of Object.entries(PROGRAMS))
      await go(
        ["build", "-trimpath", "-ldflags", `-s -w ${HELM_VERSION_FLAGS}`, "-o", join(draft, name), path],
        SOURCE,
      );
    const schemas = join(draft, "schemas");
    mkdirSync(schemas);
    const write = (all: Readonly<Record<string, object>>): void => {
      for (const [name, schema] of Object.entries(all))
        writeFileSync(join(schemas, `${name}.json`), JSON.stringify(schema));
    };
    const swagger = join(await moduleFolder("core"), "api/openapi-spec/swagger.json");
    write(coreSchemas(JSON.parse(readFileSync(swagger, "utf8")) as Parameters<typeof coreSchemas>[0]));
    for (const text of await customResourceTexts()) write(customSchemas(await parse(draft, text)));
    const types = join(await moduleFolder("gke"), "pkg/apis/backendconfig/v1/types.go");
    const backendConfig = goTypeSchema(readFileSync(types, "utf8"), "BackendConfig", "cloud.google.com/v1");
    write({ "backendconfig-cloud-v1": backendConfig });
  });
}

/** Definitions of all kinds of the Prometheus operator and KEDA, as one would give them to a cluster. */
export async function customResources(): Promise<readonly unknown[]> {
  const texts = await customResourceTexts();
  return (await Promise.all(texts.map((text) => parseYaml(text)))).flat();
}

async function customResourceTexts(): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const [module, folder] of Object.entries(CUSTOM_RESOURCES)) {
    const path = join(await moduleFolder(module as keyof typeof CUSTOM_RESOURCES), folder);
    for (const file of readdirSync(path).filter((name) => name.endsWith(".yaml")))
      texts.push(readFileSync(join(path, file), "utf8"));
  }
  return texts;
}

/** Source of the Kubernetes whose schemas these are. */
export async function kubernetesModule(): Promise<{ readonly folder: string; readonly version: string }> {
  const [, version = ""] = SCHEMA_MODULES.core[0].split("@");
  return { folder: await moduleFolder("core"), version };
}

const SCHEMAS_SOURCES = ["kubernetes-schemas.ts", "go-types-schema.ts"].map((name) =>
  join(import.meta.dirname, name),
);

async function go(args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await run("go", [...args], {
    cwd,
    env: { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly" },
    timeout: BUILD_TIMEOUT_MS,
    maxBuffer: LARGEST_OUTPUT,
  });
  return stdout;
}

/** Downloads a module, of which only files are read. @throws when its checksum is another */
async function moduleFolder(name: keyof typeof SCHEMA_MODULES): Promise<string> {
  const [module, sum] = SCHEMA_MODULES[name];
  const found = JSON.parse(await go(["mod", "download", "-json", module], "/")) as Record<string, string>;
  if (found["Sum"] !== sum) throw new Error(`${module}: got the checksum ${found["Sum"]}; expected ${sum}`);
  return found["Dir"] ?? "";
}

/** What a program said, and its exit code. */
export interface ToolRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the programs to its end, whatever its exit code. */
export async function runTool(
  name: KubernetesTool,
  args: readonly string[],
  input?: string,
): Promise<ToolRun> {
  return start(join(await kubernetesTools(), name), args, input);
}

/** Reads YAML documents. @throws with the parser's message */
export async function parseYaml(text: string): Promise<readonly unknown[]> {
  return parse(await kubernetesTools(), text);
}

async function parse(folder: string, text: string): Promise<readonly unknown[]> {
  const { status, stdout, stderr } = await start(join(folder, "yaml-to-json"), [], text);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as unknown[];
}

function start(program: string, args: readonly string[], input?: string): Promise<ToolRun> {
  return new Promise((resolve, reject) => {
    const limits = { timeout: RUN_TIMEOUT_MS, maxBuffer: LARGEST_OUTPUT };
    const child = execFile(program, [...args], limits, (error, stdout, stderr) => {
      const status = error ? error.code : 0;
      if (typeof status === "number") resolve({ status, stdout, stderr });
      else reject(error ?? new Error(`${program} did not end`));
    });
    // A program that does not read to the end is no fault of the pipe.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input ?? "");
  });
}
