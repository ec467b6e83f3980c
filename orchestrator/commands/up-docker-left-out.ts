import type { ComposePlan } from "../up/compose-plan.ts";
import { observersOf } from "../up/observers.ts";
import { runCompose } from "../up/run-compose.ts";

/** What each further profile starts, beside what measures. */
const STARTED = { speech: ["stt", "tts"], turn: ["turn"] } as const;
/** Tunnels last as long as calls; whoever was asked for no more does not. */
const END_S = 5;

/** Ends what ran before by profiles that are asked for no more; compose lets it run, as it was. */
export async function endLeftOut(
  before: ComposePlan | undefined,
  plan: ComposePlan,
  signal: AbortSignal,
): Promise<void> {
  if (!before) return;
  const wanted = startedBy(plan);
  const names = startedBy(before).filter((name) => !wanted.includes(name));
  if (names.length === 0) return;
  await runCompose(before, ["stop", "--timeout", String(END_S), ...names], signal);
  await runCompose(before, ["rm", "--force", ...names], signal);
}

function startedBy(plan: ComposePlan): readonly string[] {
  const others = Object.entries(STARTED).flatMap(([profile, services]) =>
    plan.arguments.includes(`--profile=${profile}`) ? services : [],
  );
  return [...observersOf(plan), ...others];
}
