import { join } from "node:path";
import { compose, type ComposeOptions, type Stack } from "../compose.ts";
import type { LivekitConfig, SpeechServiceConfig, TtsName } from "../config.ts";
import { isOwnNetwork } from "../lib/own-network.ts";
import { PROJECT_DIR } from "../project.ts";
import { loadNotices } from "../session/voice/notices.ts";
import { personaSettings, readPersona, type Persona } from "../session/persona.ts";
import { createCalls, type Calls } from "../session/calls.ts";
import { createEar } from "../speech/ear.ts";
import type { Ear, Voice } from "../speech/speech.ts";
import { createVoice } from "../speech/voice.ts";
import type { Store } from "../store/store.ts";
import { createFrameRing } from "../vision/ring.ts";
import { openStoreOf } from "./store.ts";

/** A frame of a call was judged when it arrived: a late verdict is not waited for longer than this. */
const CALL_VERDICT_DEADLINE_MS = 60;

/** Folder of the sentences that were rendered ahead, made by `make notices`. */
export const NOTICES_DIR = join(PROJECT_DIR, ".notices");

/** Everything that the calls of a process share. */
export interface CallStack extends Stack {
  readonly calls: Calls;
  readonly store: Store;
  readonly persona: Persona;
  /** Undefined: questions are typed. */
  readonly ear: Ear | undefined;
  /** Undefined: answers are read. */
  readonly voice: Voice | undefined;
}

/** @throws {ConfigError} */
export async function composeCalls(options: ComposeOptions = {}): Promise<CallStack> {
  const stack = await compose(options);
  const { config, log } = stack;
  const persona = readPersona(config.personaFile);
  const { language } = persona;
  const ear = createEar(config.stt, { language, log });
  const voice = await createVoice(withVoices(config.tts, persona), {
    log,
    language,
    limits: { firstAudioMs: config.voiceFirstAudioMs },
  });
  const store = await openStoreOf(config, log);
  const calls = createCalls({
    settings: { ...personaSettings(persona, stack.settings), verdictDeadlineMs: CALL_VERDICT_DEADLINE_MS },
    persona,
    notices: loadNotices({ dir: NOTICES_DIR, language }),
    createRing: () => createFrameRing({ gate: stack.gateForStream(), log }),
    ports: (camera) => stack.ports(camera, camera.gate),
    contextTokens: config.contextTokens,
    localPictures: config.localPictures,
    endpointSilenceMs: persona.endpointSilenceMs ?? config.endpointSilenceMs,
    ear,
    voice,
    ledger: store.ledger,
    places: stack.places,
    relay: foreignHost(config.livekit),
    metrics: stack.metrics,
    tracer: stack.tracer,
    log,
  });
  return {
    ...stack,
    calls,
    store,
    persona,
    ear,
    voice,
    async close() {
      await voice?.close();
      await Promise.all([store.close(), stack.close()]);
    },
  };
}

/** The address of the LiveKit server that may be somebody else's. */
function foreignHost(livekit: LivekitConfig | undefined): string | undefined {
  const hosts = livekit ? [livekit.url, livekit.publicUrl].map((url) => new URL(url).hostname) : [];
  return hosts.find((host) => !isOwnNetwork(host));
}

/** A persona's voice goes before the configured one. */
function withVoices(
  services: readonly SpeechServiceConfig<TtsName>[],
  { voices }: Persona,
): readonly SpeechServiceConfig<TtsName>[] {
  return services.map((service) => ({ ...service, voice: voices[service.name] ?? service.voice }));
}
