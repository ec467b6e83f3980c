import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { HERE } from "../../lib/own-network.ts";
import { SpeechFault } from "../fault.ts";
import { pcmParts } from "./pcm-bytes.ts";
import type { Part, SpeechStyle, Synthesiser } from "./synthesiser.ts";
import { readWavHead } from "./wav-stream.ts";

/** espeak-ng's own pace, in words per minute. */
const OWN_PACE = 175;
const PLACE = { name: "espeak", host: HERE } as const;

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
    yield* pcmParts(child.stdout, readWavHead);
    const code = await exit;
    signal.throwIfAborted();
    if (code !== 0) throw new SpeechFault("server", "exit");
  } finally {
    signal.removeEventListener("abort", kill);
    kill();
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
