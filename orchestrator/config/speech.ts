import type { SpeechServiceConfig, SttName, TtsName } from "../config.ts";
import type { Values } from "../environment.ts";

/** Speech recognisers in order: those that `STT` names, else those that are configured. */
export function speechToText(values: Values): readonly SpeechServiceConfig<SttName>[] {
  const deepgram = {
    url: values.DEEPGRAM_URL,
    apiKey: values.DEEPGRAM_API_KEY,
    model: values.DEEPGRAM_MODEL,
    voice: undefined,
  };
  const assemblyai = {
    url: values.ASSEMBLYAI_URL,
    apiKey: values.ASSEMBLYAI_API_KEY,
    model: undefined,
    voice: undefined,
  };
  const { STT_URL: url, STT_API_KEY: apiKey, STT_MODEL: model } = values;
  const openai = url === undefined ? undefined : { url, apiKey, model, voice: undefined };
  const configured: readonly SttName[] = [
    ...(isReachable(deepgram) ? (["deepgram"] as const) : []),
    ...(isReachable(assemblyai) ? (["assemblyai"] as const) : []),
    "openai",
  ];
  return (values.STT ?? configured).flatMap((name): readonly SpeechServiceConfig<SttName>[] => {
    switch (name) {
      case "deepgram":
      case "deepgram-flux":
        return [{ name, ...deepgram }];
      case "assemblyai":
        return [{ name, ...assemblyai }];
      case "openai":
      case "openai-realtime":
        return openai ? [{ name, ...openai }] : [];
    }
  });
}

/** Voices in order: those that `TTS` names, else those that are configured and espeak-ng. */
export function textToSpeech(values: Values): readonly SpeechServiceConfig<TtsName>[] {
  const elevenlabs = {
    url: values.ELEVENLABS_URL,
    apiKey: values.ELEVENLABS_API_KEY,
    model: values.ELEVENLABS_MODEL,
    voice: values.ELEVENLABS_VOICE,
  };
  const { TTS_URL: url, TTS_API_KEY: apiKey, TTS_MODEL: model, TTS_VOICE: voice } = values;
  const openai =
    url === undefined ? undefined : { url, apiKey, model, voice, sampleRate: values.TTS_SAMPLE_RATE };
  const configured: readonly TtsName[] = [
    ...(isReachable(elevenlabs) ? (["elevenlabs"] as const) : []),
    "openai",
    "espeak",
  ];
  return (values.TTS ?? configured).flatMap((name): readonly SpeechServiceConfig<TtsName>[] => {
    switch (name) {
      case "elevenlabs":
        return [{ name, ...elevenlabs }];
      case "openai":
        return openai ? [{ name, ...openai }] : [];
      case "espeak":
        return [{ name, url: undefined, apiKey: undefined, model: undefined, voice: undefined }];
    }
  });
}

/** A service with a cloud of its own is there with its key alone, or at an address. */
function isReachable({ url, apiKey }: { readonly url: unknown; readonly apiKey: unknown }): boolean {
  return url !== undefined || apiKey !== undefined;
}
