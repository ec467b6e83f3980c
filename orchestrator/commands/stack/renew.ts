import { InputError } from "../../errors.ts";
import {
  isRunning,
  isWell,
  lastLines,
  lookAtContainers,
  type StackContainer,
} from "../../up/docker-containers.ts";
import { runCompose } from "../../up/run-compose.ts";
import { forgetBefore, keepRunning, planBefore } from "../../up/way-back.ts";
import type { Exchange } from "./exchange.ts";
import { upUntilHealthy } from "./until-healthy.ts";

export interface Renewal {
  readonly services: readonly string[];
  /** How long the new ones may take until they are healthy, in seconds. */
  readonly waitS: number;
  /** More words for `docker compose up`. */
  readonly words?: readonly string[];
  /** What is done first when one of them is to be exchanged. */
  readonly before?: () => Promise<void>;
}

/** For those that were well before. */
const BACK_S = 600;

/**
 * Brings services to what they are to be. When new ones do not become healthy, those before are started
 * again, of the images that they were made of.
 *
 * @throws {InputError} that says which did not, and what runs now; their last lines were told
 */
export async function renew(exchange: Exchange, renewal: Renewal): Promise<void> {
  const { plan, signal } = exchange;
  const { services, waitS, words = [], before } = renewal;
  // Without a name compose would take all of them.
  if (services.length === 0) return;
  const found = await lookAtContainers(plan, services, signal);
  const old = found.filter(({ running, current }) => running && !current);
  if (old.length > 0) await before?.();
  if (signal.aborted) return;
  try {
    await upUntilHealthy(exchange, { words, services, waitS });
  } catch (fault) {
    throw await goBack(exchange, { services, old, fault });
  }
  if (signal.aborted) return;
  await keepRunning(exchange, signal, services);
  const exchanged = old.map(({ service }) => service);
  await forgetBefore(plan, exchanged, signal);
}

/** Tells the last lines of those that are not well, and their names. */
export async function tellIll(
  { plan, signal, tell }: Pick<Exchange, "plan" | "signal" | "tell">,
  services: readonly string[],
): Promise<readonly string[]> {
  const ill = (await lookAtContainers(plan, services, signal)).filter((each) => !isWell(each));
  for (const each of ill)
    for (const line of await lastLines(plan, each, signal)) tell(`${each.service}: ${line}`);
  return [...new Set(ill.map(({ service }) => service))];
}

interface Failure {
  readonly services: readonly string[];
  /** What ran before. */
  readonly old: readonly StackContainer[];
  /** Of compose. */
  readonly fault: unknown;
}

async function goBack(exchange: Exchange, { services, old, fault }: Failure): Promise<unknown> {
  const { plan, folder, signal } = exchange;
  const ill = (await tellIll(exchange, services)).join(" and ");
  const gone: StackContainer[] = [];
  for (const each of old) if (!(await isRunning(plan, each.id, signal))) gone.push(each);
  if (signal.aborted || gone.length === 0) return fault;
  const names = gone.map(({ service }) => service);
  const before = await planBefore({ folder, plan }, gone, signal);
  const words = ["up", "--detach", "--no-deps", "--no-build", "--wait", "--wait-timeout", String(BACK_S)];
  const isBack = before !== undefined && (await runCompose(before, [...words, ...names], signal)) === 0;
  const list = names.join(" and ");
  const what = `the new ${ill === "" ? list : ill} did not become healthy`;
  return isBack
    ? new InputError(
        `${what}, so the ${list} from before the upgrade ${names.length === 1 ? "serves" : "serve"} again`,
        "a new one that does; its last lines stand above, and the rest of the upgrade is left undone",
      )
    : new InputError(
        `${what}, and the ${list} from before the upgrade cannot be started again`,
        "one of them to; the last lines stand above, and 'make upgrade' in the checkout before is the way back",
      );
}
