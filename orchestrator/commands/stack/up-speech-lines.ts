import type { Config } from "../../config.ts";

/** By whom callers are heard and spoken to, in the words of `up`. */
export function speechLines({ stt, tts }: Pick<Config, "stt" | "tts">): readonly string[] {
  const heard = stt.map(named).join(", then ");
  return [
    `hears        ${heard || "typed questions; for speech set DEEPGRAM_API_KEY or STT_URL"}`,
    `speaks       ${tts.map(named).join(", then ") || "captions only"}`,
  ];
}

function named({ name, url }: Config["stt"][number] | Config["tts"][number]): string {
  return url === undefined ? name : `${name} at ${new URL(url).host}`;
}
