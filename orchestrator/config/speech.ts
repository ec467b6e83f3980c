import type { SpeechServiceConfig, SttName, TtsName } from "../config.ts";
import type { Values, VariableName } from "../environment.ts";

/** Speech recognisers in order: those that `STT` names, else those that are configured. */
export function speechToText(values: Values): readonly SpeechServiceConfig<SttName>[] {
  const deepgram = {
    url: values.DEEPGRAM_URL,
    apiKey: values.DEEPGRAM_API_KEY,
    model: values.DEEPGRAM_MODEL,
  };
  const assemblyai = { url: values.ASSEMBLYAI_URL, apiKey: values.ASSEMBLYAI_API_KEY, model: undefined };
  const openai = { url: values.STT_URL, apiKey: values.STT_API_KEY, model: values.STT_MODEL };
  const services = {
    deepgram,
    "deepgram-flux": deepgram,
    assemblyai,
    openai,
    "openai-realtime": openai,
  } satisfies Record<SttName, unknown>;
  const configured = (["deepgram", "assemblyai", "openai"] as const).filter(
    (name) => services[name].url ?? services[name].apiKey,
  );
  return (values.STT ?? configured).map((name) => ({ name, voice: undefined, ...services[name] }));
}

/** Voices in order: those that `TTS` names, else those that are configured and espeak-ng. */
export function textToSpeech(values: Values): readonly SpeechServiceConfig<TtsName>[] {
  const services = {
    elevenlabs: {
      url: values.ELEVENLABS_URL,
      apiKey: values.ELEVENLABS_API_KEY,
      model: values.ELEVENLABS_MODEL,
      voice: values.ELEVENLABS_VOICE,
    },
    openai: {
      url: values.TTS_URL,
      apiKey: values.TTS_API_KEY,
      model: values.TTS_MODEL,
      voice: values.TTS_VOICE,
    },
    espeak: { url: undefined, apiKey: undefined, model: undefined, voice: undefined },
  } satisfies Record<TtsName, unknown>;
  const configured = (["elevenlabs", "openai", "espeak"] as const).filter(
    (name) => name === "espeak" || (services[name].url ?? services[name].apiKey),
  );
  return (values.TTS ?? configured).map((name) => ({ name, ...services[name] }));
}

/** Variables that only make sense together, and services that are named without what they need. */
export function togetherFaults(values: Values): readonly string[] {
  const groups = [
    ["LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"],
    ["TLS_CERT_FILE", "TLS_KEY_FILE"],
  ] as const;
  const needs = {
    deepgram: ["DEEPGRAM_API_KEY", "DEEPGRAM_URL"],
    "deepgram-flux": ["DEEPGRAM_API_KEY", "DEEPGRAM_URL"],
    assemblyai: ["ASSEMBLYAI_API_KEY", "ASSEMBLYAI_URL"],
    openai: ["STT_URL"],
    "openai-realtime": ["STT_URL"],
  } as const satisfies Record<SttName, readonly VariableName[]>;
  const voiceNeeds = {
    elevenlabs: ["ELEVENLABS_API_KEY", "ELEVENLABS_URL"],
    openai: ["TTS_URL"],
    espeak: [],
  } as const satisfies Record<TtsName, readonly VariableName[]>;
  const lacking = (list: VariableName, service: string, names: readonly VariableName[]): string[] =>
    names.length > 0 && !names.some((name) => values[name] !== undefined)
      ? [`${list}: names ${service}; expected ${names.join(" or ")} to be set`]
      : [];
  return [
    ...groups.flatMap((names) => {
      const missing = names.filter((name) => values[name] === undefined);
      return missing.length === 0 || missing.length === names.length
        ? []
        : [
            `${missing.join(", ")}: not set; expected together with ${names.filter((name) => !missing.includes(name as never)).join(", ")}`,
          ];
    }),
    ...(values.STT ?? []).flatMap((name) => lacking("STT", name, needs[name])),
    ...(values.TTS ?? []).flatMap((name) => lacking("TTS", name, voiceNeeds[name])),
  ];
}
