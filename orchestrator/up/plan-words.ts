import type { ComposePlan } from "./compose-plan.ts";
import { NO_PROFILES } from "./profiles.ts";

/** Laid over the compose file where there is no card. */
export const WITHOUT_CARD = "docker-compose.cpu.yml";
const PROFILE = "--profile=";

/** Words of `make up` by which a stack in containers was brought up. */
export interface PlanWords {
  readonly engine: "vllm" | "simulator";
  readonly profiles: string;
  readonly "gpu-class"?: string;
}

/** Reads them off what compose was started with. */
export function planWords({
  arguments: words,
  gpuClass,
}: Pick<ComposePlan, "arguments" | "gpuClass">): PlanWords {
  const profiles = words.flatMap((word) => (word.startsWith(PROFILE) ? [word.slice(PROFILE.length)] : []));
  return {
    engine: isWithoutCard(words) ? "simulator" : "vllm",
    profiles: profiles.join(",") || NO_PROFILES,
    ...(gpuClass ? { "gpu-class": gpuClass } : {}),
  };
}

/** Whether the engine is the simulator. */
export function isWithoutCard(words: readonly string[]): boolean {
  return words.some((word) => word.endsWith(WITHOUT_CARD));
}

/** The plan of every service; those of profiles that are not chosen are else none to compose. */
export function withAllProfiles(plan: ComposePlan): ComposePlan {
  return { ...plan, arguments: [...plan.arguments, `${PROFILE}*`] };
}
