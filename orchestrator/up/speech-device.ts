import { isWithoutCard } from "./plan-words.ts";

/** What is brought up, as far as local speech goes. */
export interface SpeechChoice {
  readonly engine: "vllm" | "simulator";
  /** Of compose. */
  readonly profiles: readonly string[];
  /** `SPEECH_DEVICE`, as the operator has set it. */
  readonly device: string | undefined;
}

export type SpeechDevice = "gpu" | "cpu";

/** Where local speech runs; undefined: there is none. */
export function speechDevice({ engine, profiles, device }: SpeechChoice): SpeechDevice | undefined {
  if (!profiles.includes("speech")) return undefined;
  return engine === "simulator" || device === "cpu" ? "cpu" : "gpu";
}

/**
 * What the operator wishes: `SPEECH_DEVICE`, or where speech runs already.
 *
 * @param words by which compose was started before
 */
export function wishedDevice(
  operator: Readonly<Record<string, string | undefined>>,
  words: readonly string[] = [],
): string | undefined {
  return operator["SPEECH_DEVICE"] || (isWithoutCard(words) ? undefined : speechDeviceOf(words));
}

/** Files of the project with its settings, the last one wins. */
export function speechSettings(device: SpeechDevice | undefined): readonly string[] {
  const names = { gpu: ["english.env"], cpu: ["english.env", "cpu.env"] };
  return device === undefined ? [] : names[device].map((name) => `inference/speech/${name}`);
}

/** Laid over the compose file that has both servers on a card. */
export const SPEECH_ON_CPU = "docker-compose.speech-cpu.yml";

/** Where it runs by the words that compose was started with. */
export function speechDeviceOf(words: readonly string[]): SpeechDevice | undefined {
  if (!words.includes("--profile=speech")) return undefined;
  return words.some((word) => word.endsWith(SPEECH_ON_CPU)) ? "cpu" : "gpu";
}
