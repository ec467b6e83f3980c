import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

// What the linter's rules per folder cannot say. The folders are those of the picture in the README.

const project = join(import.meta.dirname, "..");

/** Which parts a part may import from besides itself; from a part in brackets, types only. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  "orchestrator/lib": [],
  "orchestrator/errors": [],
  "orchestrator/log": [],
  "orchestrator/project": [],
  "orchestrator/environment": [],
  "orchestrator/turn": ["orchestrator/lib", "orchestrator/errors"],
  "orchestrator/config": ["orchestrator/environment", "orchestrator/errors", "(orchestrator/turn)"],
  "orchestrator/vision": ["orchestrator/lib", "orchestrator/turn", "orchestrator/errors", "orchestrator/log"],
  "orchestrator/engines": [
    "orchestrator/lib",
    "orchestrator/turn",
    "orchestrator/errors",
    "orchestrator/log",
    "(orchestrator/config)",
  ],
  "orchestrator/speech": [
    "orchestrator/lib",
    "orchestrator/turn",
    "orchestrator/errors",
    "orchestrator/log",
    "(orchestrator/config)",
  ],
  "orchestrator/store": [
    "orchestrator/lib",
    "orchestrator/errors",
    "orchestrator/log",
    "(orchestrator/config)",
    "(orchestrator/turn)",
  ],
  "orchestrator/session": [
    "orchestrator/lib",
    "orchestrator/turn",
    "orchestrator/speech",
    "orchestrator/vision",
    "orchestrator/store",
    "orchestrator/metrics",
    "orchestrator/run-turn",
    "orchestrator/errors",
    "orchestrator/log",
    "orchestrator/project",
    "(orchestrator/config)",
    "orchestrator/tracing",
  ],
  "orchestrator/transports": [
    "orchestrator/lib",
    "orchestrator/session",
    "orchestrator/vision",
    "orchestrator/store",
    "orchestrator/metrics",
    "orchestrator/errors",
    "orchestrator/log",
    "(orchestrator/config)",
    "(orchestrator/turn)",
  ],
  "orchestrator/http": [
    "orchestrator/lib",
    "orchestrator/session",
    "orchestrator/store",
    "orchestrator/metrics",
    "orchestrator/run-turn",
    "orchestrator/vision",
    "orchestrator/turn",
    "orchestrator/errors",
    "orchestrator/log",
    "(orchestrator/config)",
    "orchestrator/tracing",
  ],
  "orchestrator/metrics": ["orchestrator/turn", "orchestrator/lib", "orchestrator/errors"],
  "orchestrator/tracing": [
    "orchestrator/turn",
    "orchestrator/lib",
    "orchestrator/log",
    "(orchestrator/config)",
  ],
  "orchestrator/assets": ["orchestrator/lib", "orchestrator/errors"],
  "orchestrator/up": [
    "orchestrator/assets",
    "orchestrator/config",
    "orchestrator/environment",
    "orchestrator/errors",
    "orchestrator/lib",
    "orchestrator/project",
    "inference/vllm",
  ],
  "orchestrator/run-turn": [
    "orchestrator/turn",
    "orchestrator/metrics",
    "orchestrator/errors",
    "orchestrator/lib",
    "orchestrator/log",
    "orchestrator/tracing",
  ],
  "orchestrator/compose": [
    "orchestrator/speech",
    "orchestrator/session",
    "orchestrator/store",
    "orchestrator/transports",
    "orchestrator/http",
    "orchestrator/assets",
    "orchestrator/config",
    "orchestrator/engines",
    "orchestrator/vision",
    "orchestrator/metrics",
    "orchestrator/turn",
    "orchestrator/errors",
    "orchestrator/lib",
    "orchestrator/log",
    "orchestrator/project",
    "inference/simulator",
    "orchestrator/tracing",
  ],
  "orchestrator/commands": [
    "orchestrator/compose",
    "orchestrator/session",
    "orchestrator/store",
    "orchestrator/transports",
    "orchestrator/http",
    "orchestrator/run-turn",
    "orchestrator/config",
    "orchestrator/environment",
    "orchestrator/assets",
    "orchestrator/engines",
    "orchestrator/vision",
    "orchestrator/metrics",
    "orchestrator/turn",
    "orchestrator/lib",
    "orchestrator/errors",
    "orchestrator/log",
    "orchestrator/project",
    "inference/gate",
    "inference/simulator",
    "inference/vllm",
    "orchestrator/up",
  ],
  "orchestrator/main": ["orchestrator/commands", "orchestrator/compose"],
  "inference/gate": ["orchestrator/lib"],
  "inference/simulator": ["orchestrator/lib"],
  "inference/vllm": [],
};

/** Where each npm package may be imported; a package that is not here may be imported nowhere. */
const packageHomes: Readonly<Record<string, readonly string[]>> = {
  zod: [
    "orchestrator/up",
    "orchestrator/environment",
    "orchestrator/config",
    "orchestrator/assets",
    "orchestrator/engines",
    "orchestrator/vision",
    "inference/gate",
    "inference/simulator",
    "orchestrator/session",
    "orchestrator/speech",
    "orchestrator/transports",
    "orchestrator/http",
  ],
  "@livekit/agents": ["orchestrator/session", "orchestrator/speech"],
  "@livekit/rtc-node": ["orchestrator/session", "orchestrator/speech", "orchestrator/transports"],
  "@livekit/protocol": ["orchestrator/transports"],
  "livekit-server-sdk": ["orchestrator/transports"],
  ws: ["orchestrator/speech", "orchestrator/transports"],
  "@fastify/helmet": ["orchestrator/http"],
  "@fastify/static": ["orchestrator/http"],
  "rate-limiter-flexible": ["orchestrator/http"],
  selfsigned: ["orchestrator/http"],
  "onnxruntime-node": ["inference/gate"],
  openai: ["orchestrator/engines"],
  cockatiel: ["orchestrator/engines"],
  undici: ["orchestrator/engines", "orchestrator/vision", "orchestrator/speech"],
  sharp: ["orchestrator/vision", "inference/gate", "inference/simulator"],
  "prom-client": ["orchestrator/metrics", "inference/gate", "inference/simulator"],
  fastify: ["inference/gate", "inference/simulator", "orchestrator/http"],
  "@opentelemetry/api": ["orchestrator/tracing"],
  "@opentelemetry/exporter-trace-otlp-http": ["orchestrator/tracing"],
  "@opentelemetry/resources": ["orchestrator/tracing"],
  "@opentelemetry/sdk-trace-base": ["orchestrator/tracing"],
  pg: ["orchestrator/store"],
  pino: ["orchestrator/log"],
  picocolors: ["orchestrator/commands"],
  "yocto-spinner": ["orchestrator/commands"],
};

/** Files that are longer than the guide, and why that reads better. */
const longFiles: Readonly<Record<string, string>> = {};

const MAX_CODE_LINES = 250;
/** Made here and not ours: the folders that git ignores. */
const IGNORED = new Set([
  ".git",
  ...readFileSync(join(project, ".gitignore"), "utf8")
    .split("\n")
    .filter((line) => line.endsWith("/"))
    .map((line) => line.slice(0, -1)),
]);

interface Import {
  readonly file: string;
  readonly part: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

const files = walk(project).map((path) => relative(project, path));
const sources = files.filter((file) => /^(orchestrator|inference)\/.*\.ts$/.test(file));
const imports = sources.flatMap(importsOf);
const relativeImports = imports.filter(({ target }) => target.startsWith("."));
const packageImports = imports.filter(
  ({ target }) => !target.startsWith(".") && !target.startsWith("node:") && !builtinModules.includes(target),
);

describe("dependency direction", () => {
  test("every part has its place in the table", () => {
    expect(new Set(sources.map(partOf))).toEqual(new Set(Object.keys(mayImport)));
  });

  test("a part imports only what lies below it; adapters do not know each other", () => {
    const wrong = relativeImports.filter(({ file, part, target, typeOnly }) => {
      const other = partOf(join(dirname(file), target));
      const allowed = mayImport[part] ?? [];
      return other !== part && !allowed.includes(other) && !(typeOnly && allowed.includes(`(${other})`));
    });
    expect(wrong).toEqual([]);
  });

  test("imports name files that exist, with their ending", () => {
    const known = new Set(files);
    const wrong = relativeImports.filter(({ file, target }) => !known.has(join(dirname(file), target)));
    expect(wrong).toEqual([]);
  });
});

describe("packages", () => {
  test("each is imported in its own folders only, none in the core", () => {
    const wrong = packageImports.filter(
      ({ part, target }) => !(packageHomes[packageOf(target)] ?? []).includes(part),
    );
    expect(wrong).toEqual([]);
  });

  test("each that is installed for production is used, and each that is used is installed", () => {
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    const used = new Set(packageImports.map(({ target }) => packageOf(target)));
    expect(new Set(Object.keys(dependencies))).toEqual(used);
    for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test("the core needs nothing of Node but hashing and what is global", () => {
    const core = imports.filter(
      ({ part, target }) => part === "orchestrator/turn" && target.startsWith("node:"),
    );
    expect(new Set(core.map(({ target }) => target))).toEqual(new Set(["node:crypto"]));
  });
});

test("the environment is read in one file of the configuration only", () => {
  const readers = sources.filter((file) =>
    /\bprocess\.env\b|\benv\b.*\bfrom "node:process"/.test(read(file)),
  );
  expect(readers).toEqual(["orchestrator/config/project-environment.ts"]);
});

test("there are no barrels", () => {
  const barrels = sources.filter(
    (file) => file.endsWith("/index.ts") || /^export (type )?(\*|\{[^}]*\}) from/m.test(read(file)),
  );
  expect(barrels).toEqual([]);
});

test("no file is longer than the guide without a reason", () => {
  const long = files
    .filter((file) => /^(orchestrator|inference|scripts|bench)\/.*\.ts$/.test(file))
    .filter((file) => codeLines(read(file)) > MAX_CODE_LINES);
  expect(new Set(long)).toEqual(new Set(Object.keys(longFiles)));
});

test("no file names a path of one machine, or a registry of its own", () => {
  const machine = new RegExp(`(^|[\\s"'\`=(:])/(work|home|root|Users)/`);
  const wrong = files
    .filter((file) => !/\.(jpe?g|png|webp|onnx|bin)$/.test(file) && file !== "package-lock.json")
    .filter((file) =>
      read(file)
        .split("\n")
        .some((line) => machine.test(line)),
    );
  expect(wrong).toEqual([]);
  expect(read("package-lock.json")).not.toContain('"resolved"');
  expect(read(".npmrc")).not.toMatch(/^(@[^:]*:)?registry/m);
});

/** `orchestrator/turn/reply.ts` → `orchestrator/turn`, `orchestrator/log.ts` → `orchestrator/log`. */
function partOf(file: string): string {
  return file.replace(/\.ts$/, "").split("/").slice(0, 2).join("/");
}

function packageOf(target: string): string {
  return target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
}

function importsOf(file: string): readonly Import[] {
  const text = read(file).replace(/^\s*(\/\/|\/?\*).*$/gm, "");
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^;"'`]*?\bfrom\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|(?:^|\n)import\s+["']([^"']+)["']/g,
  );
  return Array.from(found, ([, type, from, dynamic, bare]) => ({
    file,
    part: partOf(file),
    target: from ?? dynamic ?? bare ?? "",
    typeOnly: type !== undefined,
  }));
}

function codeLines(text: string): number {
  return text.split("\n").filter((line) => !/^\s*($|\/\/|\/?\*)/.test(line)).length;
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (IGNORED.has(entry.name) || IGNORED.has(relative(project, path))) return [];
    return entry.isDirectory() ? walk(path) : entry.isFile() ? [path] : [];
  });
}

function read(file: string): string {
  return readFileSync(join(project, file), "utf8");
}
