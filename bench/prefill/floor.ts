import { visionFlop } from "../../inference/simulator/latency.ts";
import { type ProfileName, profiles } from "../../inference/simulator/profiles.ts";

const PATCHES_PER_TOKEN = 4;

/** What the named GPU needs at least until a first token, in milliseconds: no client and no queue is faster. */
export function floorMs(
  profile: ProfileName,
  work: {
    readonly uncachedTokens: number;
    /** Of a picture that the vision encoder has not seen. */
    readonly pictureTokens: number;
  },
): number {
  const { fixedMs, perTokenMs } = profiles[profile];
  return fixedMs + visionMs(profile, work.pictureTokens) + perTokenMs * work.uncachedTokens;
}

function visionMs(profile: ProfileName, pictureTokens: number): number {
  return visionFlop(PATCHES_PER_TOKEN * pictureTokens) / (profiles[profile].visionTflops * 1e9);
}
