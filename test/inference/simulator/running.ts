import { afterEach } from "vitest";
import type { SimulatorOptions } from "../../../inference/simulator/options.ts";
import { profiles } from "../../../inference/simulator/profiles.ts";
import { type Simulator, startSimulator } from "../../../inference/simulator/start.ts";
import { ask, type WireAnswer } from "../../../scripts/contract-vllm-wire.ts";
import { turns } from "../../standins/turns.ts";

const running: Simulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

/** Starts a simulator that ends with the test. */
export async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ shutdownLingerMs: 30, ...options });
  running.push(simulator);
  return simulator;
}

export const messages = [{ role: "user", content: "What do you see?" }];
export const body = { model: "vision", messages };
export const streamed = { ...body, stream: true, stream_options: { include_usage: true } };
export const endless = { ...streamed, ignore_eos: true, max_completion_tokens: 4000 };
/** 4 ms a token. */
export const slow = { ...profiles.zero, itlMs: 4 };

/** The last two events of a stream. */
export const lastEvents = (text: string): string[] => text.trim().split("\n\n").slice(-2);
export const get = (simulator: Pick<Simulator, "url">, path: string): Promise<WireAnswer> =>
  ask(simulator.url, { method: "GET", path });
/** Resolves when so many requests are in the simulator's hands. */
export async function taken(simulator: Pick<Simulator, "url">, count = 1): Promise<void> {
  while ((await get(simulator, "/load")).text !== `{"server_load":${count}}`) await turns(1);
}
/** Enough of a stream was read: so many events. */
export const tokens =
  (count: number) =>
  (sofar: string): boolean =>
    sofar.split("data: ").length > count;
