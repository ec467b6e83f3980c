import { readFileSync } from "node:fs";
import { type Values, type Variable, type VariableName, variables } from "../environment.ts";
import { ConfigError } from "../errors.ts";
import { codeOf } from "./code-of.ts";
import type { Environment } from "./project-environment.ts";
import { togetherFaults } from "./together.ts";

/**
 * Reads every variable.
 *
 * @throws {ConfigError} that lists every fault, never with a secret's value.
 */
export function readVariables(environment: Environment): Values {
  const faults: string[] = [];
  const values: Partial<Record<VariableName, unknown>> = {};
  // A stray key of another tool is none of our business, so its faults are not either.
  const unread = hasValue("CLOUD_ENGINE_URL", environment) ? undefined : "OPENAI_API_KEY";
  for (const name of Object.keys(variables) as VariableName[]) {
    if (name !== unread) values[name] = readVariable(name, environment, faults);
  }
  const together = faults.length === 0 ? togetherFaults(values as Values) : [];
  if (faults.length + together.length > 0) throw new ConfigError([...faults, ...together]);
  return values as Values;
}

/** An empty value counts as unset; `NAME_FILE` names a file whose trimmed content is the secret. */
function readVariable(name: VariableName, environment: Environment, faults: string[]): unknown {
  const variable: Variable = variables[name];
  let text = environment[name]?.trim() || undefined;
  const file = variable.secret && environment[`${name}_FILE`]?.trim();
  if (file && text !== undefined) {
    faults.push(`${name}: set together with ${name}_FILE; expected one of them`);
  } else if (file) {
    try {
      text = readFileSync(file, "utf8").trim();
    } catch (error) {
      faults.push(`${name}_FILE: cannot read the file (${codeOf(error)}); expected a readable file`);
      return undefined;
    }
  }
  const parsed = variable.schema.safeParse(text);
  if (parsed.success) return parsed.data;
  const got = variable.secret ? `${text?.length ?? 0} characters` : shown(text ?? "");
  faults.push(`${name}: got ${got}; expected ${variable.expected}`);
  return undefined;
}

function hasValue(name: VariableName, environment: Environment): boolean {
  return (environment[name]?.trim() ?? "") !== "";
}

/** A value as a message may show it: whatever could be a key in the wrong place is left out. */
function shown(text: string): string {
  const plain = text
    .replace(/\/\/[^/]*@/, "//…@")
    .replace(/[?#].*$/, "?…")
    .replace(/\b(sk|hf|key)[-_][\w-]{8,}/gi, "$1-…");
  return JSON.stringify(plain.length > 80 ? `${plain.slice(0, 80)}…` : plain);
}
