import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { files, imports, partOf, sources } from "./project-files.ts";

// What the linter's rules per folder cannot say. The folders are those of the picture in the README.

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

const relativeImports = imports.filter(({ target }) => target.startsWith("."));

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
