import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { type Variable, variables } from "../environment.ts";
import { ConfigError } from "../errors.ts";
import { codeOf } from "./code-of.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What `.env` in the project's folder says, overruled by the environment. */
export function projectEnvironment(projectDir: string, environment: Environment = process.env): Environment {
  const path = join(projectDir, ".env");
  try {
    return { ...parseEnv(readFileSync(path, "utf8")), ...environment };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return environment;
    throw new ConfigError([`.env: cannot be read (${codeOf(error)}); expected a readable file or none`]);
  }
}

/** The environment for a child process that has no use for a secret. */
export function withoutSecrets(environment: Environment = process.env): Environment {
  const secrets = new Set(
    Object.entries<Variable>(variables).flatMap(([name, { secret }]) =>
      secret ? [name, `${name}_FILE`] : [],
    ),
  );
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !secrets.has(name)));
}
