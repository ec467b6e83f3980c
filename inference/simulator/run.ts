import type { SimulatorOptions } from "./options.ts";
import { startSimulator } from "./start.ts";

/**
 * Runs a simulator as a program: SIGTERM drains it as a vLLM does, SIGINT ends it. Resolves when the last
 * connection is gone, so an undrained stream keeps it alive, as it does there.
 *
 * @throws what `startSimulator` throws.
 */
export async function runSimulator(
  options: SimulatorOptions,
  onListening: (url: string) => void,
): Promise<void> {
  const simulator = await startSimulator(options);
  const drain = (): void => void simulator.drain();
  const close = (): void => void simulator.close();
  process.on("SIGTERM", drain);
  process.on("SIGINT", close);
  await simulator.ready;
  onListening(simulator.url);
  await simulator.closed;
  process.off("SIGTERM", drain);
  process.off("SIGINT", close);
}
