import { InputError } from "../../errors.ts";
import { sleep } from "../../lib/abortable.ts";
import type { ComposePlan } from "../../up/compose-plan.ts";
import {
  askDocker,
  isRunning,
  lastLines,
  lookAtContainers,
  type StackContainer,
  untilEnded,
} from "../../up/docker-containers.ts";
import type { Leaving } from "../../up/leaving.ts";

export interface Exchange {
  readonly plan: ComposePlan;
  /** Where is kept what runs. */
  readonly folder: string;
  readonly leaving: Leaving;
  readonly signal: AbortSignal;
  /** Runs `docker compose`, whose progress is seen, until a signal, else the exchange's. @throws when it fails */
  readonly compose: (words: readonly string[], signal?: AbortSignal) => Promise<void>;
  readonly tell: (line: string) => void;
  /** How long an old gateway has for the answers that are under way. Default: 21 s. */
  readonly gatewayMs?: number;
}

const AGENT = "agent";
const GATEWAY = "gateway";
/** What calls go through, or are in: none of it is left to compose, which would end them. */
export const CAREFUL = [GATEWAY, AGENT] as const;
/** Loads a program and registers it. */
const READY_MS = 180_000;
const LOOK_MS = 1000;
/** A typed answer has ended by then, whose whole time is 20 s; callers' signalling comes back to the new gateway. */
const GATEWAY_MS = 21_000;

/**
 * Makes room for a new gateway, if there is to be one: there is one port, so the old one has to leave it
 * before. Answers that are under way end; who is in a call is told to come back.
 */
export async function makeRoomForGateway(exchange: Exchange): Promise<void> {
  const { plan, leaving, signal, tell, gatewayMs = GATEWAY_MS } = exchange;
  const found = await lookAtContainers(plan, [GATEWAY], signal);
  const old = found.filter(({ running, current }) => running && !current);
  if (old.length === 0) return;
  tell("the gateway is exchanged; calls go on, and nobody new can call for some seconds");
  const ended = untilEnded(plan, old, signal);
  ended.catch(() => {});
  for (const container of old)
    if (!leaving.has(container.id)) await askToEnd(plan, container, leaving, signal);
  const timer = setTimeout(() => {
    for (const { id } of old) void signalTo(plan, id, signal).catch(() => {});
  }, gatewayMs);
  await ended.finally(() => clearTimeout(timer));
}

/**
 * Brings the agent to what it is to be: a new one beside the old one, which takes no more calls once the
 * new one does, and ends with its last. Where no agent runs, one is started.
 */
export async function exchangeAgent(exchange: Exchange): Promise<void> {
  const { plan, leaving, signal, compose, tell } = exchange;
  // Those that have ended would be started again, as they were.
  await compose(["rm", "--force", AGENT]);
  const running = (await lookAtContainers(plan, [AGENT], signal)).filter((each) => each.running);
  const staying = running.filter(({ id }) => !leaving.has(id));
  const old = staying.filter(({ current }) => !current);
  if (staying.length === old.length) {
    const count = String(running.length + 1);
    await compose(["up", "--detach", "--no-recreate", "--scale", `${AGENT}=${count}`, AGENT]);
    await untilReady(exchange, new Set(running.map(({ id }) => id)));
  }
  if (signal.aborted) return;
  for (const container of old) await askToEnd(plan, container, leaving, signal);
  if (running.some(({ id }) => leaving.has(id)))
    tell("new calls are taken by the new agent; those that run go on in the one that they are in");
}

/** @throws {InputError} after taking the new one away: the others go on as they were. */
async function untilReady({ plan, signal, tell }: Exchange, before: ReadonlySet<string>): Promise<void> {
  const givenUpAtMs = performance.now() + READY_MS;
  for (;;) {
    const made = (await lookAtContainers(plan, [AGENT], signal)).filter(({ id }) => !before.has(id));
    if (signal.aborted || (made.length > 0 && made.every(({ health }) => health === "healthy"))) return;
    const failed = made.some(({ running, health }) => !running || health === "unhealthy");
    if (failed || performance.now() > givenUpAtMs) {
      for (const each of made) {
        for (const line of await lastLines(plan, each, signal)) tell(`agent: ${line}`);
        await askDocker(plan, ["rm", "--force", each.id], signal);
      }
      throw new InputError(
        "the new agent does not become ready, and was taken away",
        "it to register; its last lines stand above, and the one before, if there is one, takes calls as before",
      );
    }
    await sleep(LOOK_MS, signal).catch(() => {});
  }
}

/**
 * Has all calls end: by themselves, or now, with a goodbye. Those who signal through the gateway need it
 * until then.
 */
export async function endCalls(
  { plan, leaving, signal, tell }: Omit<Exchange, "compose">,
  { now }: { readonly now: boolean },
): Promise<void> {
  const running = (await lookAtContainers(plan, [AGENT], signal)).filter((each) => each.running);
  if (running.length === 0) return;
  if (!now) tell("ending; calls that are running may finish");
  const ended = untilEnded(plan, running, signal);
  ended.catch(() => {});
  for (const container of running) {
    const told = leaving.has(container.id);
    if (!told) await askToEnd(plan, container, leaving, signal);
    if (!now) continue;
    if (!told) await sleep(LOOK_MS, signal).catch(() => {});
    await signalTo(plan, container.id, signal);
  }
  await ended;
}

async function askToEnd(
  plan: ComposePlan,
  { id }: StackContainer,
  leaving: Leaving,
  signal: AbortSignal,
): Promise<void> {
  leaving.add(id);
  await signalTo(plan, id, signal);
}

/** One that was signalled is not started again by Docker when it ends. One that has ended needs no signal. */
async function signalTo(plan: ComposePlan, id: string, signal: AbortSignal): Promise<void> {
  try {
    await askDocker(plan, ["kill", "--signal", "SIGTERM", id], signal);
  } catch (error) {
    if (await isRunning(plan, id, signal)) throw error;
  }
}
