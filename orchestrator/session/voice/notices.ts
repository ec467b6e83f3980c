import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Pcm } from "../../lib/pcm.ts";
import { toLanguage, type Language } from "../../turn/language.ts";
import { callNoticesIn, type CallNoticeKey } from "./notices-text.ts";
import { readWav } from "./notices-wav.ts";

/** Samples per second of the rendered sentences. */
export const NOTICE_RATE = 16_000;

/** Which sentence each file holds, written beside them when they are rendered. */
export const MANIFEST_FILE = "manifest.json";

/** The fixed sentences of a call, as text and as sound that was rendered ahead. */
export interface Notices {
  text(key: CallNoticeKey): string;
  /** 16 kHz; undefined when the file is missing, damaged, or says something else than the text. */
  audio(key: CallNoticeKey): Pcm | undefined;
}

/**
 * Reads, once at the start, the sentences of one language from `dir/<language>/<key>.wav`. Never throws: what is not
 * there has no sound, and the call's voice says it.
 *
 * @param options.language BCP 47; English when there are no sentences in it
 */
export function loadNotices(options: { readonly dir: string; readonly language: string }): Notices {
  const language = toLanguage(options.language);
  const texts = callNoticesIn(language);
  const folder = join(options.dir, language);
  const rendered = readManifest(folder);
  const sounds = new Map<CallNoticeKey, Pcm>();
  for (const key of Object.keys(texts) as CallNoticeKey[]) {
    const isCurrent = rendered[key] === noticeHash(language, texts[key]);
    const sound = isCurrent ? readSound(join(folder, `${key}.wav`)) : undefined;
    if (sound) sounds.set(key, sound);
  }
  return { text: (key) => texts[key], audio: (key) => sounds.get(key) };
}

/** Names what a file of a sentence must hold; another text is another file. */
export function noticeHash(language: Language, text: string): string {
  return createHash("sha256").update(`${language}\n${text}`).digest("hex");
}

/** The manifest of a folder of rendered sentences: hash by key; empty when it is missing or damaged. */
export function readManifest(folder: string): Readonly<Record<string, string>> {
  try {
    return manifest.parse(JSON.parse(readFileSync(join(folder, MANIFEST_FILE), "utf8")));
  } catch {
    return {};
  }
}

const manifest = z.record(z.string(), z.string());

function readSound(file: string): Pcm | undefined {
  try {
    const sound = readWav(readFileSync(file));
    return sound.sampleRate === NOTICE_RATE && sound.samples.length > 0 ? sound : undefined;
  } catch {
    return undefined;
  }
}
