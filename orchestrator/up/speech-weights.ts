/** What is brought up, as far as speech goes. */
export interface SpeechChoice {
  readonly engine: "vllm" | "simulator";
  /** Of compose. */
  readonly profiles: readonly string[];
}

/**
 * The weights that the speech servers are started on, by their names in `inference/models.lock.json`; the
 * same as in the compose files. Kokoro's are inside its image.
 *
 * @param piper a voice of Piper's that the operator has named (`SPEECH_PIPER`)
 */
export function speechWeights(
  { engine, profiles }: SpeechChoice,
  piper: string | undefined,
): readonly string[] {
  if (!profiles.includes("speech")) return [];
  const voice = piper || undefined;
  return engine === "vllm"
    ? ["faster-whisper-large-v3-turbo-ct2", ...(voice === undefined ? [] : [voice])]
    : ["faster-whisper-small", voice ?? "piper-en_US-joe-medium"];
}
