import { builtinModules } from "node:module";
import { describe, expect, test } from "vitest";
import { imports, read } from "./project-files.ts";

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

const packageImports = imports.filter(
  ({ target }) => !target.startsWith(".") && !target.startsWith("node:") && !builtinModules.includes(target),
);

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

function packageOf(target: string): string {
  return target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");
}
