import { afterEach } from "vitest";
import type { Voice } from "../../../../orchestrator/speech/speech.ts";
import { createVoice, type VoiceOptions } from "../../../../orchestrator/speech/voice.ts";
import { type ElevenlabsServer, startElevenlabs } from "../../../standins/tts/elevenlabs.ts";
import { type OpenaiVoiceServer, startOpenaiVoice } from "../../../standins/tts/openai-voice.ts";
import { service } from "../../../standins/tts/hear.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** Something that is closed when the test is over. */
export async function start<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const started = await starting;
  open.push(started);
  return started;
}

/** A voice that is closed when the test is over; by itself it probes nothing in the time of a test. */
export async function voiceOf(
  services: Parameters<typeof createVoice>[0],
  options: VoiceOptions = {},
): Promise<Voice> {
  const voice = await createVoice(services, { probeAfterMs: 60_000, ...options });
  if (voice === undefined) throw new Error("no voice");
  open.push(voice);
  return voice;
}

/** ElevenLabs first, then an OpenAI-compatible server, then espeak-ng. */
export async function threeVoices(options: VoiceOptions = {}): Promise<{
  readonly voice: Voice;
  readonly elevenlabs: ElevenlabsServer;
  readonly openai: OpenaiVoiceServer;
}> {
  const elevenlabs = await start(startElevenlabs());
  const openai = await start(startOpenaiVoice());
  const voice = await voiceOf(
    [
      service("elevenlabs", { url: elevenlabs.url }),
      service("openai", { url: openai.url }),
      service("espeak"),
    ],
    options,
  );
  return { voice, elevenlabs, openai };
}
