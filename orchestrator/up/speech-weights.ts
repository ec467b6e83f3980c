import type { SpeechDevice } from "./speech-device.ts";

/**
 * The weights that the speech servers are started on, by their names in `inference/models.lock.json`; the
 * same as in the compose files. Kokoro's are inside its image.
 *
 * @param piper a voice of Piper's that the operator has named (`SPEECH_PIPER`)
 */
export function speechWeights(
  device: SpeechDevice | undefined,
  piper: string | undefined,
): readonly string[] {
  if (device === undefined) return [];
  const voice = piper || undefined;
  return device === "gpu"
    ? ["faster-whisper-large-v3-turbo-ct2", ...(voice === undefined ? [] : [voice])]
    : ["faster-whisper-small", voice ?? "piper-en_US-joe-medium"];
}
