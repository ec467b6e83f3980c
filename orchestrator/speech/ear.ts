import type { SpeechServiceConfig, SttName } from "../config.ts";
import type { Logger } from "../log.ts";
import type { Ear } from "./speech.ts";
import { createAssemblyai } from "./stt/assemblyai.ts";
import { createDeepgramFlux } from "./stt/deepgram-flux.ts";
import { createDeepgram } from "./stt/deepgram.ts";
import { createOpenaiRealtime } from "./stt/openai-realtime.ts";
import { createOpenai } from "./stt/openai.ts";
import { listen } from "./stt/listen.ts";
import type { Recogniser, RecogniserOptions } from "./stt/recogniser.ts";
import { createService } from "./stt/service.ts";

export interface EarOptions extends RecogniserOptions {
  readonly log?: Logger | undefined;
  /** Monotonic clock in milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}

/**
 * Creates the hearing of a process from the services of the configuration, first to last resort. All
 * calls share what is known of a service's health. Undefined without any service.
 */
export function createEar(
  configs: readonly SpeechServiceConfig<SttName>[],
  { log, now = () => performance.now(), ...options }: EarOptions,
): Ear | undefined {
  if (configs.length === 0) return undefined;
  const services = configs.map((config) => createService(toRecogniser(config, options), { log, now }));
  return {
    place: () => services.find(({ health }) => health.state() === "well")?.recogniser.place ?? null,
    listen: (audio, ctx) => listen(audio, ctx, services, now),
  };
}

function toRecogniser(config: SpeechServiceConfig<SttName>, options: RecogniserOptions): Recogniser {
  switch (config.name) {
    case "deepgram":
      return createDeepgram(config, options);
    case "deepgram-flux":
      return createDeepgramFlux(config, options);
    case "assemblyai":
      return createAssemblyai(config, options);
    case "openai":
      return createOpenai(config, options);
    case "openai-realtime":
      return createOpenaiRealtime(config, options);
  }
}
