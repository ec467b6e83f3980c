import { isWell, lookAtContainers } from "../../up/docker-containers.ts";
import type { Exchange } from "./exchange.ts";

/** Whoever has pressed Ctrl-C waits for it. */
const LOOK_MS = 15_000;

/** Says what an exchange that was interrupted has left undone. */
export async function tellUnfinished(
  { plan, leaving, tell }: Pick<Exchange, "plan" | "leaving" | "tell">,
  services: readonly string[],
): Promise<void> {
  const found = await lookAtContainers(plan, services, AbortSignal.timeout(LOOK_MS)).catch(() => undefined);
  if (!found) return tell("interrupted; 'make status' says what runs, 'make upgrade' goes on from there");
  const well = found.filter((each) => isWell(each));
  const taking = well.filter(({ service, id }) => service !== "agent" || !leaving.has(id));
  const missing = services.filter((name) => !taking.some(({ service }) => service === name));
  const rest = missing.filter((name) => name !== "agent");
  tell(
    [
      "interrupted",
      ...(rest.length === 0 ? [] : [`not running or not healthy yet: ${rest.join(", ")}`]),
      ...(missing.includes("agent") ? ["no agent takes new calls"] : []),
      "'make upgrade' goes on from there",
    ].join("; "),
  );
}
