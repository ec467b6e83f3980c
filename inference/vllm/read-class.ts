import { readFileSync } from "node:fs";
import type { GpuClass } from "./choose-class.ts";

/** A value of `vllm serve --config`. */
export type Argument = string | number | boolean | object;

/** The arguments of `vllm serve`, without their dashes. */
export type EngineArguments = Readonly<Record<string, Argument>>;

/** The file of a class, which compose and the chart give to `vllm serve --config`. */
export function classFile(name: GpuClass): URL {
  return new URL(`classes/${name}.yaml`, import.meta.url);
}

/** Reads the engine arguments of a class. */
export function readClass(name: GpuClass): EngineArguments {
  return parseArguments(readFileSync(classFile(name), "utf8"));
}

const LINE = /^([a-z][a-z-]*): (\S.*)$/;
const PLAIN = /^[A-Za-z/][\w./,-]*$|^\d+\.\d+\.\d+\.\d+$/;
const NUMBER = /^(0|[1-9]\d*)(\.\d+)?$/;
/** Plain words that YAML takes for something else. */
const NO_WORDS = /^(y|n|yes|no|on|off|null|true|false)$/i;

/**
 * Parses the part of YAML that the class files keep to: one argument a line, a number, `true`, `false`,
 * a plain word or path, or an object as JSON.
 *
 * @throws {SyntaxError} for any other line, and for an argument named twice.
 */
export function parseArguments(yaml: string): EngineArguments {
  const found: Record<string, Argument> = {};
  for (const line of yaml.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [, key, value] = LINE.exec(line) ?? [];
    if (key === undefined || value === undefined || Object.hasOwn(found, key))
      throw new SyntaxError(`engine arguments: ${JSON.stringify(line)} is not one argument and its value`);
    found[key] = toValue(value);
  }
  return found;
}

function toValue(text: string): Argument {
  if (text === "true" || text === "false") return text === "true";
  if (NUMBER.test(text)) return Number(text);
  if (text.startsWith("{")) return JSON.parse(text) as object;
  if (PLAIN.test(text) && !NO_WORDS.test(text)) return text;
  throw new SyntaxError(`engine arguments: ${JSON.stringify(text)} is no plain value`);
}
