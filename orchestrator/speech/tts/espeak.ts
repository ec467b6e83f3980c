import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { SpeechFault } from "../fault.ts";
import { createSampleReader } from "./pcm-bytes.ts";
import type { Part, SpeechStyle, Synthesiser } from "./synthesiser.ts";
import { readWavHead } from "./wav-stream.ts";

/** espeak-ng's own pace, in words per minute. */
const OWN_PACE = 175;
const PLACE = { name: "espeak", host: "this machine" } as const;

/**
 * Creates the voice of espeak-ng, a process for each text; undefined when the program is not there.
 * `voice` is one of its voices; without it, or when it has no such voice, the language chooses.
 */
export async function createEspeak(
  program: string,
  voice: string | undefined,
): Promise<Synthesiser | undefined> {
  const languages = await readLanguages(program);
  if (languages === undefined) return undefined;
  const named = voice !== undefined && (await hasVoice(program, voice)) ? voice : undefined;
  return {
    place: PLACE,
    open: ({ rate, language }: SpeechStyle) => {
      const name = named ?? chooseVoice(language, languages);
      const pace = String(Math.round(OWN_PACE * rate));
      const args = ["--stdin", "--stdout", "-b", "1", "-v", name, "-s", pace];
      return { rate, say: (text, signal) => say(program, args, text, signal), close: () => {} };
    },
    warm: () => {},
    close: async () => {},
  };
}

async function* say(
  program: string,
  args: readonly string[],
  text: string,
  signal: AbortSignal,
): AsyncGenerator<Part> {
  signal.throwIfAborted();
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "ignore"] });
  const kill = (): void => void child.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  const exit = once(child, "close").then(
    ([code]: unknown[]) => code,
    (error: unknown) => error,
  );
  try {
    child.stdin.on("error", () => {});
    child.stdin.end(text);
    yield* readWav(child.stdout);
    const code = await exit;
    signal.throwIfAborted();
    if (code !== 0) throw new SpeechFault("server", "exit");
  } finally {
    signal.removeEventListener("abort", kill);
    kill();
  }
}

async function* readWav(stream: AsyncIterable<Buffer>): AsyncGenerator<Part> {
  let head = Buffer.alloc(0);
  let sampleRate: number | undefined;
  const reader = createSampleReader();
  for await (const bytes of stream) {
    let sound: Uint8Array = bytes;
    if (sampleRate === undefined) {
      head = Buffer.concat([head, bytes]);
      const found = readWavHead(head);
      if (found === undefined) continue;
      sampleRate = found.sampleRate;
      sound = head.subarray(found.bytes);
    }
    const samples = reader.push(sound);
    if (samples.length > 0) yield { audio: { samples, sampleRate } };
  }
}

/** The program's languages, lower case; undefined when it does not run. */
function readLanguages(program: string): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => {
    execFile(program, ["--voices"], { timeout: START_MS }, (error, stdout) => {
      if (error) return resolve(undefined);
      const rows = stdout.split("\n").slice(1);
      resolve(rows.flatMap((row) => /^\s*\d+\s+(\S+)/.exec(row)?.[1]?.toLowerCase() ?? []));
    });
  });
}

function hasVoice(program: string, voice: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, ["-q", "-v", voice, "a"], { timeout: START_MS }, (error) => resolve(error === null));
  });
}

const START_MS = 3000;

/** The voice of the language, or of its nearest relative; American English for one that it lacks. */
function chooseVoice(language: string, languages: readonly string[]): string {
  const wanted = language.toLowerCase();
  const base = wanted.split("-")[0] ?? wanted;
  if (languages.includes(wanted)) return wanted;
  if (base === "en") return "en-us";
  return (
    [base, ...languages.filter((name) => name.startsWith(`${base}-`))].find((name) =>
      languages.includes(name),
    ) ?? "en-us"
  );
}
