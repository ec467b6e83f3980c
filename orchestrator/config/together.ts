import type { SttName, TtsName } from "../config.ts";
import type { Values, VariableName } from "../environment.ts";

/** Variables that are all set or none. */
const GROUPS = [
  ["LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"],
  ["TLS_CERT_FILE", "TLS_KEY_FILE"],
] as const satisfies readonly (readonly VariableName[])[];

/** Keys that are for a server at an address: there is no cloud that they could mean by themselves. */
const ADDRESSES = {
  STT_API_KEY: "STT_URL",
  TTS_API_KEY: "TTS_URL",
} as const satisfies Partial<Record<VariableName, VariableName>>;

/** What a recogniser that is named needs one of. */
const STT_NEEDS = {
  deepgram: ["DEEPGRAM_API_KEY", "DEEPGRAM_URL"],
  "deepgram-flux": ["DEEPGRAM_API_KEY", "DEEPGRAM_URL"],
  assemblyai: ["ASSEMBLYAI_API_KEY", "ASSEMBLYAI_URL"],
  openai: ["STT_URL"],
  "openai-realtime": ["STT_URL"],
} as const satisfies Record<SttName, readonly VariableName[]>;

/** What a voice that is named needs one of. */
const TTS_NEEDS = {
  elevenlabs: ["ELEVENLABS_API_KEY", "ELEVENLABS_URL"],
  openai: ["TTS_URL"],
  espeak: [],
} as const satisfies Record<TtsName, readonly VariableName[]>;

/** Variables that only make sense together, and services that are named without what they need. */
export function togetherFaults(values: Values): readonly string[] {
  const isSet = (name: VariableName): boolean => values[name] !== undefined;
  const lacking = (list: VariableName, service: string, names: readonly VariableName[]): readonly string[] =>
    names.length > 0 && !names.some(isSet)
      ? [`${list}: names ${service}; expected ${names.join(" or ")} to be set`]
      : [];
  return [
    ...GROUPS.flatMap((names: readonly VariableName[]) => {
      const missing = names.filter((name) => !isSet(name));
      return missing.length === 0 || missing.length === names.length
        ? []
        : [`${missing.join(", ")}: not set; expected together with ${names.filter(isSet).join(", ")}`];
    }),
    ...Object.entries(ADDRESSES).flatMap(([key, url]) =>
      isSet(key as keyof typeof ADDRESSES) && !isSet(url)
        ? [`${key}: set without ${url}; expected ${url}, the address of the server that it is for`]
        : [],
    ),
    ...(values.STT ?? []).flatMap((name) => lacking("STT", name, STT_NEEDS[name])),
    ...(values.TTS ?? []).flatMap((name) => lacking("TTS", name, TTS_NEEDS[name])),
  ];
}
