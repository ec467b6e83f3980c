import { InputError } from "../../errors.ts";
import { sleep } from "../../lib/abortable.ts";
import { restartsOf } from "../../up/docker-containers.ts";
import type { Exchange } from "./exchange.ts";

export interface UntilHealthy {
  /** Further words for `docker compose up`. */
  readonly words: readonly string[];
  /** Which are to become healthy. */
  readonly services: readonly string[];
  /** They are all that there are: compose knows them itself. */
  readonly isAll?: boolean;
  /** How long they may take, in seconds. */
  readonly waitS: number;
}

/** So often has Docker started one again that ends again and again: it will not become healthy. */
const RESTARTS = 3;
const LOOK_MS = 3000;

/**
 * Starts services and waits until they are healthy. Compose would wait to its limit for one that ends soon
 * after each start, since Docker starts it again.
 *
 * @throws {InputError} when one does not become healthy
 */
export async function upUntilHealthy(exchange: Exchange, wanted: UntilHealthy): Promise<void> {
  const { signal, compose } = exchange;
  const { words, services, waitS, isAll = false } = wanted;
  const started = new AbortController();
  const given = new AbortController();
  const watching = untilRestarting(exchange, services, AbortSignal.any([signal, started.signal])).then(
    (names) => {
      if (names.length > 0) given.abort();
      return names;
    },
  );
  try {
    const wait = [...words, "--wait", "--wait-timeout", String(waitS), ...(isAll ? [] : services)];
    await compose(["up", "--detach", ...wait], AbortSignal.any([signal, given.signal]));
  } catch (fault) {
    if (!given.signal.aborted) throw fault;
  } finally {
    started.abort();
  }
  const names = await watching;
  if (given.signal.aborted)
    throw new InputError(
      `${names.join(" and ")} ended again and again after its start`,
      "it to become healthy; 'make logs' shows what it said",
    );
}

/** @returns services that are started over and over; none when the signal aborts first. */
async function untilRestarting(
  { plan }: Exchange,
  services: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const look = async () => await restartsOf(plan, services, signal).catch(() => []);
  // One that is let be has its restarts from before.
  const before = new Map((await look()).map(({ id, count }) => [id, count]));
  for (;;) {
    await sleep(LOOK_MS, signal).catch(() => {});
    if (signal.aborted) return [];
    const over = (await look()).filter(({ id, count }) => count - (before.get(id) ?? 0) >= RESTARTS);
    if (over.length > 0 && !signal.aborted) return [...new Set(over.map(({ service }) => service))];
  }
}
