import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../config.ts";
import type { ComposePlan } from "../../up/compose-plan.ts";
import { readLeaving } from "../../up/leaving.ts";
import { type PlanWords, planWords, withAllProfiles } from "../../up/plan-words.ts";
import { planThere } from "../../up/plan-there.ts";
import { askCompose, runCompose } from "../../up/run-compose.ts";
import { type ServiceState, toServiceStates } from "../../up/service-states.ts";
import { upPlaces } from "../../up/state.ts";
import { endCalls, type Exchange } from "./exchange.ts";
import { EXIT } from "../exit.ts";
import { type Io, writeLine } from "../io.ts";

/** What runs in containers, for the commands that follow `up`. */
export interface RunningStack {
  /** To be opened in a browser. */
  readonly address: string;
  /** The words by which it was brought up. */
  readonly words: PlanWords;
  down(options: { readonly now: boolean }, io: Io): Promise<number>;
  /**
   * Every service of the profiles that were brought up.
   *
   * @throws {InputError} when Docker does not say
   */
  states(signal: AbortSignal): Promise<readonly ServiceState[]>;
  logs(names: readonly string[], options: { readonly follow: boolean }, io: Io): Promise<number>;
}

/** Undefined: nothing was brought up in containers, or it was ended since. */
export function runningStack(config: Config): RunningStack | undefined {
  const kept = readPlan(config);
  if (!kept) return undefined;
  const plan = planThere(kept);
  const all = withAllProfiles(plan);
  return {
    address: plan.address,
    words: planWords(kept),
    async down({ now }, io) {
      const exchange = exchangeOf(all, config, io);
      await endCalls(exchange, { now });
      if (io.signal.aborted) return EXIT.interrupted;
      // What another checkout has brought up beside it ends too.
      const words = ["down", "--remove-orphans", ...(now ? ["--timeout", "25"] : [])];
      const code = await runCompose(all, words, io.signal);
      if (code !== 0) return code;
      exchange.leaving.clear();
      rmSync(planFile(config), { force: true });
      return code;
    },
    async states(signal) {
      const ask = (...words: readonly string[]) => askCompose(plan, [...words, "--format", "json"], signal);
      return toServiceStates({ ps: await ask("ps", "--all"), config: await ask("config") });
    },
    logs: (names, { follow }, io) =>
      runCompose(all, ["logs", "--tail", "50", ...(follow ? ["--follow"] : []), ...names], io.signal),
  };
}

/** The way to exchange what runs by this plan. */
export function exchangeOf(plan: ComposePlan, config: Config, io: Io): Omit<Exchange, "compose"> {
  const { folder } = upPlaces(config.dataDir);
  return {
    plan,
    folder,
    leaving: readLeaving(join(folder, "leaving.json")),
    signal: io.signal,
    tell: (line) => writeLine(io.stderr, `sightline: ${line}`),
  };
}

/** For the other commands, from now on; without what only a comparison with containers needs. */
export function keepPlan(config: Config, plan: ComposePlan): void {
  mkdirSync(upPlaces(config.dataDir).folder, { recursive: true, mode: 0o700 });
  writeFileSync(planFile(config), JSON.stringify(plan), { mode: 0o600 });
}

/** What was brought up, or begun, and not ended since. */
export function readPlan(config: Config): ComposePlan | undefined {
  try {
    return JSON.parse(readFileSync(planFile(config), "utf8")) as ComposePlan;
  } catch {
    return undefined;
  }
}

function planFile({ dataDir }: Config): string {
  return join(upPlaces(dataDir).folder, "compose.json");
}
