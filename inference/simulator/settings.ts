import type { Settings, SimulatorOptions } from "./options.ts";
import { profileNames, profiles } from "./profiles.ts";

const defaults = {
  host: "127.0.0.1",
  port: 0,
  seed: 1,
  model: "vision",
  maxModelLen: 16_384,
  maxNumSeqs: 32,
  maxNumBatchedTokens: 8192,
  kvTokens: 560_000,
  blockSize: 16,
  schedulingPolicy: "priority",
  maxNumQueuedReqs: Number.POSITIVE_INFINITY,
  maxImages: 25,
  minPixels: 100_352,
  maxPixels: 602_112,
  imageCacheBytes: 4 * 1024 ** 3,
  shutdownTimeoutMs: 0,
  shutdownLingerMs: 3000,
  unfinishedAtShutdown: "hang",
  keepAliveCommentsMs: 0,
  startDelayMs: 0,
  whileLoading: "refuse",
  perRequestMetrics: true,
  promptTokensDetails: true,
  requestIdHeaders: true,
  bodyLimitBytes: 64 * 1024 ** 2,
  keepAliveTimeoutMs: 5000,
  fault: "",
} as const;

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} when the profile is unknown or a longest prompt would not fit into KV memory.
 */
export function toSettings(options: SimulatorOptions): Settings {
  const { profile = "zero" } = options;
  const settings: Settings = {
    apiKey: undefined,
    answer: undefined,
    answerTokens: undefined,
    ...defaults,
    ...options,
    profile: typeof profile === "string" ? profiles[profile] : profile,
  };
  if (settings.profile === undefined)
    throw new RangeError(
      `profile: got ${JSON.stringify(profile)}; expected one of ${profileNames.join(", ")}`,
    );
  if (settings.kvTokens < settings.maxModelLen)
    throw new RangeError(
      `kvTokens: got ${settings.kvTokens}; expected at least maxModelLen, ${settings.maxModelLen}`,
    );
  return settings;
}
