import { z } from "zod";
import type { EngineConfig } from "../config.ts";
import { EngineError } from "../errors.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Transport } from "./transport.ts";

/** What a server says of itself at `/v1/models`. */
export interface ServerFacts {
  /** Names of the models, in the server's order. */
  readonly models: readonly string[];
  readonly isVllm: boolean;
}

/** What a chat request has to know about its endpoint. */
export interface Served {
  readonly model: string;
  readonly isVllm: boolean;
}

export interface Discovery {
  /**
   * The model to ask and the server's kind; asks the server only when the configuration leaves one of
   * them open, and only until it has answered once.
   *
   * @throws {EngineError} when the server cannot be asked, or lists no model where one is needed.
   */
  served(signal: AbortSignal): Promise<Served>;
  /** Makes the next turn ask again, after the server turned out not to know its own model any more. */
  forget(): void;
}

/** Creates the discovery of one endpoint. */
export function createDiscovery(endpoint: Endpoint, config: EngineConfig, transport: Transport): Discovery {
  let known: Served | undefined;
  return {
    async served(signal) {
      known ??= await discover(endpoint, config, transport, signal);
      return known;
    },
    forget() {
      known = undefined;
    },
  };
}

async function discover(
  endpoint: Endpoint,
  config: EngineConfig,
  transport: Transport,
  signal: AbortSignal,
): Promise<Served> {
  if (config.model !== undefined && config.kind !== "auto") {
    return { model: config.model, isVllm: config.kind === "vllm" };
  }
  const facts = await askModels(endpoint, transport, signal).catch((error: unknown) => {
    // A server without a list of models is none of vLLM's; with a model named it can be asked all the same.
    if (config.model !== undefined && error instanceof EngineError && NO_LIST.has(error.code))
      return NO_FACTS;
    throw error;
  });
  const model = config.model ?? facts.models[0];
  if (model === undefined) {
    throw new EngineError(endpoint.engine, "invalid-request", "no-model", {
      message: `${endpoint.engine} engine: the server at ${endpoint.address} lists no model; set ${endpoint.variable}_MODEL`,
    });
  }
  return { model, isVllm: config.kind === "auto" ? facts.isVllm : config.kind === "vllm" };
}

const NO_LIST = new Set(["http-404", "http-405", "http-501", "unknown-model", "models-list"]);
const NO_FACTS: ServerFacts = { models: [], isVllm: false };

const listSchema = z.object({
  data: z.array(z.object({ id: z.string().min(1), owned_by: z.string().nullish() })),
});

/**
 * Asks for the list of models.
 *
 * @throws {EngineError} `models-list` when the answer is none.
 */
export async function askModels(
  endpoint: Endpoint,
  transport: Transport,
  signal: AbortSignal,
): Promise<ServerFacts> {
  const list = listSchema.safeParse(await transport.get("/models", signal));
  if (!list.success) {
    throw new EngineError(endpoint.engine, "server", "models-list", {
      message: `${endpoint.engine} engine: ${endpoint.address}/models gives no list of models; check ${endpoint.variable}_URL, or set ${endpoint.variable}_MODEL`,
    });
  }
  return {
    models: list.data.data.map(({ id }) => id),
    isVllm: list.data.data.some(({ owned_by }) => owned_by === "vllm"),
  };
}
