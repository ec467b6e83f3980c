import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { writeWav } from "../../../orchestrator/lib/wav.ts";
import {
  startSpeaches,
  type SpeachesOptions,
  PIPER,
  PIPER_RATE,
  WHISPER,
} from "../../standins/local-speech/speaches.ts";
import { resample } from "../../standins/speech/resample.ts";
import { synthesise, SPEECH_RATE } from "../../standins/speech/synthesise.ts";
import { toneSpeech } from "../../standins/stt/tones.ts";

const script = join(import.meta.dirname, "../../../inference/speech/check.py");
const run = promisify(execFile);

let folder: string;
let sound: string;
let sentence: Int16Array;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sightline-speech-"));
  sound = join(folder, "door.wav");
  writeFileSync(sound, writeWav({ samples: toneSpeech("what is near the door").pcm, sampleRate: 16_000 }));
  const { samples } = await synthesise("The door is open.");
  sentence = resample(samples, SPEECH_RATE, PIPER_RATE);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

interface Checked {
  readonly code: number;
  readonly said: string;
}

async function check(
  what: (url: string) => readonly string[],
  options: SpeachesOptions = {},
  apiKey?: string,
): Promise<Checked> {
  const server = await startSpeaches(options);
  open.push(server);
  const { PATH = "" } = process.env;
  const env = { PATH, CHECK_LIMIT_S: "5", ...(apiKey === undefined ? {} : { API_KEY: apiKey }) };
  try {
    const { stdout } = await run("python3", [script, ...what(server.url)], { env });
    return { code: 0, said: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, said: stderr };
  }
}

const hearing =
  (model = WHISPER, word = "door") =>
  (url: string): readonly string[] => ["stt", url, model, sound, word];
const speaking =
  (model = PIPER) =>
  (url: string): readonly string[] => ["tts", url, model, "thorsten"];

describe("the health check of a speech server", () => {
  test("a server that understands a known sentence is ready, also behind a key", async () => {
    expect(await check(hearing(), { apiKey: "secret" }, "secret")).toMatchObject({ code: 0 });
  });

  test("one that says a sentence is ready", async () => {
    const { code, said } = await check(speaking(), { say: () => sentence });
    expect([code, said]).toEqual([0, expect.stringMatching(/^tts answers, \d+ ms\n$/)]);
  });

  test.each<[string, (url: string) => readonly string[], SpeachesOptions, RegExp]>([
    ["hears another word", hearing(WHISPER, "window"), {}, /the words were not understood/],
    [
      "hears nothing",
      hearing(),
      { createReader: () => ({ push: () => {}, words: () => [] }) },
      /not understood/,
    ],
    ["has not got the model", hearing("other"), {}, /status 404: .*not installed locally/],
    ["wants a key", hearing(), { apiKey: "secret" }, /status 403/],
    ["says nothing", speaking(), { say: () => new Int16Array() }, /0 samples for a sentence/],
    ["says silence", speaking(), { say: () => new Int16Array(30_000) }, /silence or noise/],
    ["says noise", speaking(), { say: () => noise(30_000) }, /silence or noise/],
    ["says bytes out of step", speaking(), { say: () => outOfStep(sentence) }, /silence or noise/],
    ["talks on and on", speaking(), { say: () => noise(200_000) }, /200000 samples/],
    ["breaks off", speaking(), { say: () => broken() }, /is not ready/],
  ])("one that %s is not", async (_, what, options, reason) => {
    const { code, said } = await check(what, options);
    expect([code, said]).toEqual([1, expect.stringMatching(reason)]);
  });

  test("a server that hears and speaks is asked for both; a model that is none for nothing", async () => {
    const both = (model: string) => (url: string) => [...hearing()(url), ...speaking(model)(url)];
    const { code, said } = await check(both(PIPER), { say: () => sentence });
    expect([code, said]).toEqual([0, expect.stringMatching(/^stt answers, .+\ntts answers, /)]);
    expect((await check(both(PIPER), { say: () => noise(30_000) })).code).toBe(1);
    expect((await check(both(""), { say: () => noise(30_000) })).code).toBe(0);
  });

  test("nobody there is said in a sentence, and a wrong call with its usage", async () => {
    const nowhere = await check(() => ["tts", "http://127.0.0.1:9/v1", PIPER, "thorsten"]);
    expect(nowhere).toEqual({
      code: 1,
      said: expect.stringMatching(/^tts is not ready: no answer: [^\n]+\n$/),
    });
    expect((await check(() => ["tts"])).code).toBe(2);
  });
});

function noise(length: number): Int16Array {
  return Int16Array.from({ length }, () => Math.floor(Math.random() * 65_536) - 32_768);
}

/** What a lost byte makes of speech. */
function outOfStep(samples: Int16Array): Int16Array {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return new Int16Array(bytes.slice(1, bytes.length - 1).buffer);
}

function broken(): Int16Array {
  throw new Error("the model failed");
}
