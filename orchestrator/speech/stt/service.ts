import type { Logger } from "../../log.ts";
import { createHealth, type Health } from "./health.ts";
import type { Recogniser } from "./recogniser.ts";

/** A recogniser and what is known of it. */
export interface Service {
  readonly recogniser: Recogniser;
  readonly health: Health;
}

export function createService(
  recogniser: Recogniser,
  options: { readonly log?: Logger | undefined; readonly now: () => number },
): Service {
  return { recogniser, health: createHealth({ service: recogniser.place.name, ...options }) };
}

/** How one call gets on with the services: which one it asks next, and when. */
export interface Choice {
  /** The service to ask now; undefined: none before `readyAtMs`. */
  next(): Service | undefined;
  readyAtMs(): number;
  /**
   * A service before `current` in the order that may be asked whether it is well again; one that gave
   * way in this call, though it is well, only after a while.
   */
  better(current: Service): Service | undefined;
  /** True when another service is known to be well. */
  hasOther(than: Service): boolean;
  /** A stream ended, or could not be opened. `livedMs`: how long it was open. */
  lost(service: Service, livedMs: number): void;
}

/**
 * Creates the choice of one call: the first service of the order that is well; when none is, each in
 * turn with growing pauses. A service that drops streams soon after they are opened gives way as well.
 */
export function createChoice(services: readonly Service[], now: () => number): Choice {
  const failures = new Map<Service, number>();
  const notBeforeMs = new Map<Service, number>();
  const gaveWay = (service: Service): boolean => (failures.get(service) ?? 0) >= MANY;
  /** When a call that is served by another may come back to it. */
  const returnAt = (service: Service): number => {
    if (!isWell(service)) return service.health.retryAtMs();
    return (notBeforeMs.get(service) ?? 0) + (gaveWay(service) ? RETURN_MS : 0);
  };
  const readyAt = (service: Service): number =>
    Math.max(
      notBeforeMs.get(service) ?? 0,
      service.health.state() === "refused" ? service.health.retryAtMs() : 0,
    );
  const inOrder = (): readonly Service[] => [
    ...services.filter((service) => isWell(service) && !gaveWay(service)),
    ...services.filter((service) => isWell(service) && gaveWay(service)),
  ];
  const earliest = (): Service | undefined =>
    services.reduce<Service | undefined>(
      (best, service) => (best === undefined || readyAt(service) < readyAt(best) ? service : best),
      undefined,
    );

  return {
    next() {
      const service = inOrder()[0] ?? earliest();
      return service !== undefined && readyAt(service) <= now() ? service : undefined;
    },
    readyAtMs() {
      const service = inOrder()[0] ?? earliest();
      return service === undefined ? Infinity : readyAt(service);
    },
    better(current) {
      return services.slice(0, services.indexOf(current)).find((service) => now() >= returnAt(service));
    },
    hasOther: (than) => services.some((service) => service !== than && isWell(service)),
    lost(service, livedMs) {
      const count = livedMs >= LONG_LIFE_MS ? 1 : (failures.get(service) ?? 0) + 1;
      failures.set(service, count);
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (count - 1), LONGEST_PAUSE_MS);
      notBeforeMs.set(service, now() + pauseMs * (1 + Math.random() * JITTER));
    },
  };
}

function isWell({ health }: Service): boolean {
  return health.state() === "well";
}

/** 100, 200, 400, 800 ms and jitter, then at most 2 s: who has nothing else keeps trying. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
const JITTER = 0.2;
/** A stream that lived that long says nothing against its service. */
const LONG_LIFE_MS = 5000;
/** Streams in a row that died young: another service is to be preferred. */
const MANY = 3;
/** From the last of them until it is tried again, as long as a service that is down is left alone at most. */
const RETURN_MS = 60_000;
