import { join } from "node:path";
import { PROJECT_DIR } from "../../../orchestrator/project.ts";
import type { CallNoticeKey } from "../../../orchestrator/session/voice/notices-text.ts";
import { loadNotices } from "../../../orchestrator/session/voice/notices.ts";
import { synthesise, type Utterance } from "../../standins/speech/synthesise.ts";

/** How a text sounds that somebody was told to say. */
export function utteranceOf(known: ReadonlyMap<string, Utterance>, text: string): Utterance {
  const found = known.get(text);
  if (!found) throw new Error(`nobody was told how to say ${JSON.stringify(text)}`);
  return found;
}

/** How texts sound, by their words. */
export async function utterances(texts: readonly string[]): Promise<ReadonlyMap<string, Utterance>> {
  const made = await Promise.all(texts.map(async (text) => [text, await synthesise(text)] as const));
  return new Map(made);
}

/** Sentences that were rendered ahead are known as a whole: the times of their words are not. */
export function renderedNotices(keys: readonly CallNoticeKey[]): readonly Utterance[] {
  const notices = loadNotices({ dir: join(PROJECT_DIR, ".notices"), language: "en" });
  return keys.flatMap((key) => {
    const audio = notices.audio(key);
    if (!audio) return [];
    const endMs = (audio.samples.length / audio.sampleRate) * 1000;
    return [{ samples: audio.samples, words: [{ text: notices.text(key), startMs: 0, endMs }] }];
  });
}
