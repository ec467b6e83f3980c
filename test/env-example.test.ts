import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { readConfig } from "../orchestrator/config/read-config.ts";
import { envExample, type Variable, variables } from "../orchestrator/environment.ts";

test(".env.example is what environment.ts says (node scripts/write-env-example.ts rewrites it)", () => {
  expect(readFileSync(new URL("../.env.example", import.meta.url), "utf8")).toBe(envExample());
});

test("it names every variable, and holds no secret", () => {
  const uncommented = parseEnv(envExample().replace(/^#(?=[A-Z])/gm, ""));
  expect(new Set(Object.keys(uncommented))).toEqual(new Set(Object.keys(variables)));
  const empty = Object.keys(uncommented).filter((name) => uncommented[name] === "");
  const secrets = Object.entries<Variable>(variables).filter(([, { secret }]) => secret);
  expect(new Set(empty)).toEqual(new Set(secrets.map(([name]) => name)));
});

test("its values are taken as they stand, once LiveKit's secret is filled in", () => {
  const uncommented = parseEnv(envExample().replace(/^#(?=[A-Z])/gm, ""));
  const filled = { ...uncommented, LIVEKIT_API_SECRET: "s".repeat(32) };
  expect(readConfig("/project", filled)).toMatchObject({
    local: { url: "http://127.0.0.1:8000/v1", model: "vision", kind: "auto", firstTokenMs: 1500 },
    cloud: { url: "https://api.openai.com/v1", model: "gpt-4o", firstTokenMs: 2500 },
    policy: "person-local",
  });
});

test("left as it is, it changes nothing", () => {
  expect(readConfig("/project", parseEnv(envExample()))).toEqual(readConfig("/project", {}));
});
