import type { ComposePlan } from "../../up/compose-plan.ts";
import { servicesThere } from "../../up/docker-containers.ts";
import { OBSERVERS, observersOf } from "../../up/observers.ts";
import { withAllProfiles } from "../../up/plan-words.ts";
import { runCompose } from "../../up/run-compose.ts";

/** What each further profile starts, beside what measures. */
const STARTED = { speech: ["stt", "tts"], turn: ["turn"] } as const;
/** Tunnels last as long as calls; whoever was asked for no more does not. */
const END_S = 5;

/** Ends what is there of profiles that are asked for no more; compose lets it run, as it was. */
export async function endLeftOut(plan: ComposePlan, signal: AbortSignal): Promise<void> {
  const { made } = await servicesThere(plan, signal);
  const wanted = startedBy(plan);
  const all = [...OBSERVERS, ...Object.values(STARTED).flat()];
  const names = all.filter((name) => made.has(name) && !wanted.includes(name));
  if (names.length === 0) return;
  const every = withAllProfiles(plan);
  await runCompose(every, ["stop", "--timeout", String(END_S), ...names], signal);
  await runCompose(every, ["rm", "--force", ...names], signal);
}

function startedBy(plan: ComposePlan): readonly string[] {
  const others = Object.entries(STARTED).flatMap(([profile, services]) =>
    plan.arguments.includes(`--profile=${profile}`) ? services : [],
  );
  return [...observersOf(plan), ...others];
}
