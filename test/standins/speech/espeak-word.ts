import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resample } from "./resample.ts";

const RATE = 16_000;
const FOLDER = join(tmpdir(), "sightline-words-1");
/** −45 dBFS: what the silence clock of a call takes for silence. */
const AUDIBLE = 184;
const FADE_SAMPLES = 32;
/** espeak-ng processes at a time. */
const AT_ONCE = 4;

const known = new Map<string, Promise<Int16Array>>();
const waiting: (() => void)[] = [];
let running = 0;

/** One word at 16 kHz without silence around it, kept in memory and in the temporary folder. */
export function espeakWord(
  word: string,
  options: { readonly voice: string; readonly speed: number },
): Promise<Int16Array> {
  const spoken = word.normalize("NFC").replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
  const key = createHash("sha256")
    .update(JSON.stringify([options.voice, options.speed, spoken]))
    .digest("hex");
  const found = known.get(key);
  if (found) return found;
  const making = readOrMake(join(FOLDER, `${key}.pcm`), spoken, options);
  known.set(key, making);
  making.catch(() => known.delete(key));
  return making;
}

async function readOrMake(
  file: string,
  spoken: string,
  options: { readonly voice: string; readonly speed: number },
): Promise<Int16Array> {
  const kept = await readFile(file).catch(() => undefined);
  if (kept) return new Int16Array(new Uint8Array(kept).buffer);
  const wav = await inTurn(() => espeak(spoken, options));
  const samples = trimmed(resample(wav.samples, wav.sampleRate, RATE));
  await mkdir(FOLDER, { recursive: true });
  const part = `${file}.${randomUUID()}`;
  await writeFile(part, new Uint8Array(samples.buffer));
  await rename(part, file);
  return samples;
}

function espeak(
  spoken: string,
  { voice, speed }: { readonly voice: string; readonly speed: number },
): Promise<{ readonly samples: Int16Array; readonly sampleRate: number }> {
  return new Promise((resolve, reject) => {
    const args = ["-v", voice, "-s", String(speed), "-z", "--stdin", "--stdout"];
    const child = execFile("espeak-ng", args, { encoding: "buffer" }, (error, stdout) => {
      if (error) return reject(new Error(`espeak-ng failed: ${error.message}`, { cause: error }));
      resolve({
        sampleRate: stdout.readUInt32LE(24),
        samples: new Int16Array(new Uint8Array(stdout.subarray(44, stdout.length & ~1)).buffer),
      });
    });
    child.stdin?.end(spoken);
  });
}

/** What can be heard of it, with its edges rounded off. */
function trimmed(samples: Int16Array): Int16Array {
  const isAudible = (sample: number): boolean => Math.abs(sample) >= AUDIBLE;
  const first = samples.findIndex(isAudible);
  if (first < 0) throw new Error("espeak-ng said nothing");
  const word = samples.slice(first, samples.findLastIndex(isAudible) + 1);
  const fade = Math.min(FADE_SAMPLES, word.length >> 1);
  for (let at = 0; at < fade; at++) {
    const gain = (at + 1) / (fade + 1);
    word[at] = Math.round((word[at] ?? 0) * gain);
    const end = word.length - 1 - at;
    word[end] = Math.round((word[end] ?? 0) * gain);
  }
  return word;
}

async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}
