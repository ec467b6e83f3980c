import type { SpeechServiceConfig, TtsName } from "../config.ts";
import type { Logger } from "../log.ts";
import type { Voice } from "./speech.ts";
import { createElevenlabsVoice } from "./tts/elevenlabs.ts";
import { createEspeak } from "./tts/espeak.ts";
import { createOpenaiVoice } from "./tts/openai.ts";
import { createRoster } from "./tts/roster.ts";
import { speak } from "./tts/speak.ts";
import { supervise, VOICE_LIMITS, type VoiceLimits } from "./tts/supervise.ts";
import type { Synthesiser } from "./tts/synthesiser.ts";

export interface VoiceOptions {
  readonly log?: Logger | undefined;
  /** The espeak-ng program. Default: found on the PATH. */
  readonly espeak?: string;
  /** BCP 47: what will be spoken, for `warm` and for probes. Default: English. */
  readonly language?: string;
  readonly limits?: Partial<VoiceLimits>;
  /** First wait before a service that failed is probed, in milliseconds; it doubles. Default 1000. */
  readonly probeAfterMs?: number;
}

/**
 * Creates the voice of all calls of a process from the services of the configuration, in order.
 * espeak is left out when espeak-ng is not there; undefined when no service is left.
 */
export async function createVoice(
  services: readonly SpeechServiceConfig<TtsName>[],
  options: VoiceOptions = {},
): Promise<Voice | undefined> {
  const { log, espeak = "espeak-ng", language = "en" } = options;
  const limits = { ...VOICE_LIMITS, ...options.limits };
  const created = await Promise.all(
    services.map((service) => createSynthesiser(service, { espeak, language })),
  );
  const synthesisers = created.filter((each) => each !== undefined);
  if (synthesisers.length === 0) return undefined;
  const roster = createRoster(synthesisers, {
    log,
    probe: (synthesiser) => probe(synthesiser, limits, language),
    ...(options.probeAfterMs === undefined ? {} : { firstWaitMs: options.probeAfterMs }),
  });
  return {
    place: () => roster.choose(new Set())?.synthesiser.place ?? null,
    speak: (text, ctx) => speak(text, ctx, { roster, limits, log }),
    warm: () => roster.choose(new Set())?.synthesiser.warm(),
    close: async () => {
      roster.close();
      await Promise.all(synthesisers.map((synthesiser) => synthesiser.close()));
    },
  };
}

async function createSynthesiser(
  service: SpeechServiceConfig<TtsName>,
  { espeak, language }: { readonly espeak: string; readonly language: string },
): Promise<Synthesiser | undefined> {
  switch (service.name) {
    case "elevenlabs":
      return createElevenlabsVoice(service, { language });
    case "openai":
      return createOpenaiVoice(service);
    case "espeak":
      return createEspeak(espeak, service.voice);
  }
}

/** Says a word that nobody hears. */
async function probe(synthesiser: Synthesiser, limits: VoiceLimits, language: string): Promise<void> {
  const utterance = synthesiser.open({ rate: 1, language });
  try {
    const sounds = supervise(utterance, "Yes.", {
      limits,
      signal: AbortSignal.timeout(PROBE_MS),
      sampleRate: undefined,
      rate: 1,
      leadMs: 0,
      playout: { endsAt: () => 0, add: () => {} },
    });
    for await (const _ of sounds);
  } finally {
    utterance.close();
  }
}

const PROBE_MS = 10_000;
