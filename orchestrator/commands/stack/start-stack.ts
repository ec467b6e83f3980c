import { InputError } from "../../errors.ts";
import { lookAtContainers, servicesOf } from "../../up/docker-containers.ts";
import { CAREFUL, endCalls, type Exchange, exchangeAgent, makeRoomForGateway } from "./exchange.ts";
import { renew, tellIll } from "./renew.ts";
import { tellUnfinished } from "./unfinished.ts";
import { upUntilHealthy } from "./until-healthy.ts";

/** What is exchanged in a way of its own, in this order; compose would let some of it wait for hours. */
const APART: ReadonlySet<string> = new Set(["livekit", "gateway", "turn", "agent"]);
/** What loads weights. */
const SLOW: ReadonlySet<string> = new Set(["vllm", "warm-up", "stt", "tts"]);
/** Loading and warming the engine, and fetching images before that. */
const SLOW_S = 2400;
/** Fetching an image and starting; while a gateway does, nobody new can call. */
const QUICK_S = 600;
const GATEWAY_S = 180;
/** For whoever is left at a server that calls have left. */
const LIVEKIT_END = ["--timeout", "10"];
/** Tunnels last as long as calls, and no new one is possible meanwhile. */
const TURN_END = ["--timeout", "5"];

/**
 * Brings all of it to what it is to be, until it is healthy. Where calls may run, what they need is
 * exchanged part by part, and what they are in last.
 *
 * @throws {InputError} when a part does not become healthy
 */
export async function startStack(exchange: Exchange): Promise<void> {
  const { plan, signal } = exchange;
  const all = await servicesOf(plan, signal);
  try {
    await bringAll(exchange, all);
  } catch (fault) {
    if (!signal.aborted) throw fault;
  }
  if (signal.aborted) await tellUnfinished(exchange, all);
}

async function bringAll(exchange: Exchange, all: readonly string[]): Promise<void> {
  const { plan, signal, leaving, tell } = exchange;
  const careful = await lookAtContainers(plan, CAREFUL, signal);
  if (!careful.some(({ running }) => running)) {
    leaving.clear();
    return startAll(exchange, all);
  }
  const rest = all.filter((name) => !APART.has(name));
  const steps = [
    () => renew(exchange, { services: rest.filter((name) => !SLOW.has(name)), waitS: QUICK_S }),
    () => renew(exchange, { services: rest.filter((name) => SLOW.has(name)), waitS: SLOW_S }),
    () =>
      renew(exchange, {
        services: ["livekit"],
        waitS: QUICK_S,
        words: LIVEKIT_END,
        before: () => letCallsEnd(exchange),
      }),
    () =>
      renew(exchange, {
        services: ["gateway"],
        waitS: GATEWAY_S,
        before: () => makeRoomForGateway(exchange),
      }),
    () =>
      renew(exchange, {
        services: all.filter((name) => name === "turn"),
        waitS: QUICK_S,
        words: TURN_END,
        before: async () =>
          tell("port 443 is exchanged; callers who come through it hear nothing for some seconds"),
      }),
    () => {
      const services = all.filter((name) => name !== "agent");
      return upUntilHealthy(exchange, { words: ["--remove-orphans"], services, waitS: SLOW_S });
    },
    () => exchangeAgent(exchange),
  ];
  try {
    for (const step of steps) {
      if (signal.aborted) return;
      await step();
    }
  } catch (fault) {
    await keepAnswering(exchange);
    throw fault;
  }
}

/** Whatever else failed: where the agents were asked to end for it, another one takes calls. */
async function keepAnswering(exchange: Exchange): Promise<void> {
  const { plan, signal, leaving, tell } = exchange;
  if (signal.aborted) return;
  const agents = await lookAtContainers(plan, ["agent"], signal);
  if (agents.some(({ id, running }) => running && !leaving.has(id))) return;
  await exchangeAgent(exchange).catch((fault: unknown) => {
    tell(`nobody takes calls: ${fault instanceof Error ? fault.message : "unknown fault"}`);
  });
}

async function startAll(exchange: Exchange, all: readonly string[]): Promise<void> {
  try {
    const words = ["--remove-orphans"];
    await upUntilHealthy(exchange, { words, services: all, waitS: SLOW_S, isAll: true });
  } catch (fault) {
    const ill = await tellIll(exchange, all);
    if (ill.length === 0) throw fault;
    throw new InputError(
      `not healthy: ${ill.join(", ")}`,
      "all of it to be; the last lines stand above, 'make logs' shows more, 'make down' ends it",
    );
  }
}

/** No call outlives its server, and a secret of the server's is another one for everybody at once. */
async function letCallsEnd(exchange: Exchange): Promise<void> {
  exchange.tell(
    "LiveKit is exchanged, which no call outlives: those that run may finish, for two hours at most, and nobody new can call until then ('make down NOW=1' and 'make up' end them now)",
  );
  await endCalls({ ...exchange, tell: () => {} }, { now: false });
}
