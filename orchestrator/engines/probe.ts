import type { EngineConfig } from "../config.ts";
import { EngineError } from "../errors.ts";
import { askModels } from "./discovery.ts";
import { toEndpoint } from "./endpoint.ts";
import { createTransport } from "./transport.ts";

/** What `doctor` says about an engine. Null: could not be found out. */
export interface ProbeResult {
  /** Something speaks HTTP at the address. */
  readonly reachable: boolean;
  readonly isVllm: boolean | null;
  readonly keyAccepted: boolean | null;
  /** The configured model, else the first one listed. */
  readonly model: string | null;
  /** The server lists the configured model. */
  readonly modelKnown: boolean | null;
  /** Every model that the server lists. */
  readonly models: readonly string[];
  /** One sentence that names the fault and what to do; null when all is well. */
  readonly fault: string | null;
  /** Time of the question, in milliseconds. */
  readonly ms: number;
}

/** Asks an engine's server what it is, within the first-token limit. Never throws, sends no prompt. */
export async function probe(
  name: "local" | "cloud",
  config: EngineConfig,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const endpoint = toEndpoint(name, config);
  const transport = createTransport(endpoint, config);
  const startedMs = performance.now();
  const elapsed = (): number => Math.round(performance.now() - startedMs);
  try {
    const limit = AbortSignal.timeout(config.firstTokenMs);
    const { models, isVllm } = await askModels(endpoint, transport, AbortSignal.any([signal, limit]));
    const modelKnown = config.model === undefined ? null : models.includes(config.model);
    return {
      reachable: true,
      isVllm,
      keyAccepted: true,
      model: config.model ?? models[0] ?? null,
      modelKnown,
      models,
      fault: faultOf(modelKnown, config.model ?? models[0], endpoint.variable),
      ms: elapsed(),
    };
  } catch (error) {
    const fault = error instanceof EngineError ? error : undefined;
    const reachable = fault !== undefined && fault.category !== "connectivity";
    return {
      reachable,
      isVllm: null,
      keyAccepted: fault?.category === "unauthorized" ? false : null,
      model: config.model ?? null,
      modelKnown: null,
      models: [],
      fault:
        fault?.message ??
        `${name} engine: ${endpoint.address} did not answer within ${config.firstTokenMs} ms; check ${endpoint.variable}_URL`,
      ms: elapsed(),
    };
  } finally {
    await transport.close();
  }
}

function faultOf(modelKnown: boolean | null, model: string | undefined, variable: string): string | null {
  if (model === undefined) return `the server lists no model; set ${variable}_MODEL`;
  if (modelKnown === false)
    return `the server does not list the model ${JSON.stringify(model)}; check ${variable}_MODEL`;
  return null;
}
