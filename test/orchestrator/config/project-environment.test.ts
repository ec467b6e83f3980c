import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectEnvironment, withoutSecrets } from "../../../orchestrator/config/project-environment.ts";
import { readConfig } from "../../../orchestrator/config/read-config.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sightline-environment-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe(".env in the project's folder", () => {
  test("is read, and the environment wins over it", () => {
    writeFileSync(join(folder, ".env"), "LOG_LEVEL=info\nGATE_THREADS=4\nROUTE_POLICY=local-first\n");
    const environment = projectEnvironment(folder, { GATE_THREADS: "2", ROUTE_POLICY: "" });
    expect(readConfig(folder, environment)).toMatchObject({
      logLevel: "info",
      gateThreads: 2,
      policy: "local-only",
    });
    rmSync(join(folder, ".env"));
  });

  test("may be missing", () => {
    expect(projectEnvironment(folder, { A: "1" })).toEqual({ A: "1" });
  });
});

test("a child without use for secrets gets none of them, in neither form", () => {
  const environment = {
    PATH: "/bin",
    GATE_THREADS: "2",
    SECRET_KEY: "s".repeat(32),
    SECRET_KEY_FILE: "/secret",
    CLOUD_ENGINE_API_KEY: "k",
    LOCAL_ENGINE_API_KEY: "k",
    OPENAI_API_KEY: "k",
  };
  expect(withoutSecrets(environment)).toEqual({ PATH: "/bin", GATE_THREADS: "2" });
});
