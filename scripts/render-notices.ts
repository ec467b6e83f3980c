// Renders the fixed sentences of a call into .notices/<language>/<key>.wav with espeak-ng, where their
// text has changed. Without the program nothing is rendered, and a call's voice says them instead.
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createResampler } from "../orchestrator/lib/resample.ts";
import type { Pcm } from "../orchestrator/lib/pcm.ts";
import { joinSamples } from "../orchestrator/lib/samples.ts";
import { writeWav } from "../orchestrator/lib/wav.ts";
import { callNoticesIn } from "../orchestrator/session/voice/notices-text.ts";
import { readWav } from "../orchestrator/session/voice/notices-wav.ts";
import {
  MANIFEST_FILE,
  noticeHash,
  NOTICE_RATE,
  readManifest,
} from "../orchestrator/session/voice/notices.ts";
import { LANGUAGES, type Language } from "../orchestrator/turn/language.ts";

const VOICES: Readonly<Record<Language, string>> = { en: "en-us", de: "de" };
/** Words per minute: espeak-ng's own. */
const PACE = "175";
/** Below −50 dBFS the voice has not begun, or is over. */
const SILENCE = 104;
/** Kept of the silence at both ends. */
const MARGIN_MS = 15;
const PROGRAM_MS = 5000;

const run = promisify(execFile);

/**
 * Renders what is missing or says something else, and removes what is no longer said.
 *
 * @param dir the folder of all languages
 * @param program espeak-ng
 * @returns how many sentences were rendered
 * @throws when the program is not there, or fails
 */
export async function renderNotices(dir: string, program: string): Promise<number> {
  let rendered = 0;
  for (const language of LANGUAGES) {
    const folder = join(dir, language);
    mkdirSync(folder, { recursive: true });
    const before = readManifest(folder);
    const files = new Set(readdirSync(folder));
    const texts = Object.entries(callNoticesIn(language));
    const wanted = Object.fromEntries(texts.map(([key, text]) => [key, noticeHash(language, text)]));
    const due = texts.filter(([key]) => before[key] !== wanted[key] || !files.has(`${key}.wav`));
    for (let at = 0; at < due.length; at += availableParallelism()) {
      const some = due.slice(at, at + availableParallelism());
      await Promise.all(some.map(([key, text]) => renderOne(folder, key, text, { language, program })));
    }
    if (due.length > 0) writeWhole(join(folder, MANIFEST_FILE), `${JSON.stringify(wanted, undefined, 2)}\n`);
    for (const file of files) {
      if (file !== MANIFEST_FILE && !(file.replace(/\.wav$/, "") in wanted)) rmSync(join(folder, file));
    }
    rendered += due.length;
  }
  return rendered;
}

async function renderOne(
  folder: string,
  key: string,
  text: string,
  { language, program }: { readonly language: Language; readonly program: string },
): Promise<void> {
  const args = ["--stdout", "-v", VOICES[language], "-s", PACE, text];
  const { stdout } = await run(program, args, {
    encoding: "buffer",
    maxBuffer: 16 * 1024 * 1024,
    timeout: PROGRAM_MS,
  });
  writeWhole(join(folder, `${key}.wav`), writeWav(trim(resample(readWav(stdout)))));
}

function resample({ samples, sampleRate }: Pcm): Pcm {
  const resampler = createResampler(sampleRate, NOTICE_RATE);
  const all = joinSamples([resampler.push(samples), resampler.flush()]);
  return { samples: all, sampleRate: NOTICE_RATE };
}

/** Without the silence around the words: a notice is wanted at once. */
function trim({ samples, sampleRate }: Pcm): Pcm {
  const margin = (MARGIN_MS * sampleRate) / 1000;
  const isLoud = (sample: number): boolean => Math.abs(sample) > SILENCE;
  const from = Math.max(0, samples.findIndex(isLoud) - margin);
  const to = Math.min(samples.length, samples.findLastIndex(isLoud) + 1 + margin);
  return { samples: samples.slice(from, to), sampleRate };
}

/** A run that is stopped leaves no half file behind. */
function writeWhole(file: string, content: string | Uint8Array): void {
  writeFileSync(`${file}.part`, content);
  renameSync(`${file}.part`, file);
}

if (import.meta.main) {
  const dir = join(import.meta.dirname, "..", ".notices");
  try {
    const count = await renderNotices(dir, "espeak-ng");
    if (count > 0) console.log(`rendered ${count} spoken notices`);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    console.log(
      missing
        ? "espeak-ng is not installed: spoken notices are said by the call's voice instead"
        : `spoken notices could not be rendered: ${error instanceof Error ? error.message.split("\n")[0] : "unknown fault"}`,
    );
  }
}
