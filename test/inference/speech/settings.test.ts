import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { afterEach, expect, test } from "vitest";
import { speechLeavesCheck } from "../../../orchestrator/commands/doctor/calls.ts";
import { leavesCheck } from "../../../orchestrator/commands/doctor/engines.ts";
import type { Config } from "../../../orchestrator/config.ts";
import { readRepositories } from "../../../orchestrator/assets/repositories.ts";
import { readConfig } from "../../../orchestrator/config/read-config.ts";
import { PROJECT_DIR } from "../../../orchestrator/project.ts";
import { createEar } from "../../../orchestrator/speech/ear.ts";
import { createVoice } from "../../../orchestrator/speech/voice.ts";
import { KOKORO_WORDS, startKokoro } from "../../standins/local-speech/kokoro.ts";
import { PIPER_RATE, startSpeaches } from "../../standins/local-speech/speaches.ts";
import { resample } from "../../standins/speech/resample.ts";
import { SPEECH_RATE, synthesise } from "../../standins/speech/synthesise.ts";
import { audioOf, callEar } from "../../standins/stt/call-ear.ts";
import { toneSpeech } from "../../standins/stt/tones.ts";
import { hear } from "../../standins/tts/hear.ts";

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function start<Server extends { close(): Promise<unknown> }>(
  starting: Promise<Server>,
): Promise<Server> {
  const server = await starting;
  open.push(server);
  return server;
}

/** The settings of some env files, in order, with the services where they stand in for themselves. */
function settings(names: readonly string[], hosts: Readonly<Record<string, string>> = {}): Config {
  const folder = join(PROJECT_DIR, "inference/speech");
  const all = names.map((name) => parseEnv(readFileSync(join(folder, name), "utf8")));
  const merged = Object.fromEntries(all.flatMap((each) => Object.entries(each)));
  const environment = Object.entries(merged).map(
    ([name, value]) => [name, hosts[value ?? ""] ?? value] as const,
  );
  return readConfig("/project", Object.fromEntries(environment));
}

test.each([
  ["english.env"],
  ["english.env,german.env"],
  ["english.env,cpu.env"],
  ["english.env,cpu.env,german.env"],
])("by %s the doctor says that nothing leaves", (names) => {
  const config = settings(names.split(","));
  expect([...config.stt, ...config.tts].map(({ name }) => name)).toEqual(["openai", "openai", "espeak"]);
  expect(speechLeavesCheck(config)).toMatchObject({ state: "ok", detail: "none" });
  expect(leavesCheck(config)).toMatchObject({ state: "ok", detail: "nothing leaves this machine" });
});

test("by english.env an agent is heard and speaks, by Kokoro's sound", async () => {
  const stt = await start(startSpeaches());
  const tts = await start(startKokoro());
  const config = settings(["english.env"], { "http://stt:8000/v1": stt.url, "http://tts:8880/v1": tts.url });
  const ear = createEar(config.stt, { language: "en" });
  const call = await callEar(ear!, audioOf(300, toneSpeech("go now").pcm, 900));
  expect([call.text, call.places]).toEqual(["go now.", ["openai"]]);
  const voice = await start(createVoice(config.tts).then((each) => each!));
  const heard = await hear(voice, KOKORO_WORDS.join(" "));
  expect(heard.places.map(({ name }) => name)).toEqual(["openai"]);
  expect(tts.requests[0]).toMatchObject({ model: "kokoro", voice: "af_heart" });
});

test("by german.env it speaks by Piper's sound, at Piper's pitch", async () => {
  const { samples } = await synthesise("one two three");
  const stt = await start(startSpeaches({ say: () => resample(samples, SPEECH_RATE, PIPER_RATE) }));
  const config = settings(["english.env", "german.env"], { "http://stt:8000/v1": stt.url });
  const voice = await start(createVoice(config.tts, { language: "de" }).then((each) => each!));
  const heard = await hear(voice, "eins zwei drei", { language: "de-DE" });
  expect(heard.places.map(({ name }) => name)).toEqual(["openai"]);
  expect([...heard.sampleRates]).toEqual([PIPER_RATE]);
});

test("on a CPU the smaller recogniser hears, and a voice of Piper's speaks", () => {
  const { stt, tts } = settings(["english.env", "cpu.env"]);
  expect(stt[0]?.model).toBe("Systran/faster-whisper-small");
  expect(tts[0]).toMatchObject({ url: "http://tts:8000/v1", sampleRate: PIPER_RATE, voice: "joe" });
});

test("all models are those of the lock file, and speaches is given their folders", async () => {
  const names = (await readRepositories(join(PROJECT_DIR, "inference/models.lock.json"))).map(
    ({ name, url }) => [name, new URL(url).pathname.slice(1)] as const,
  );
  const compose = ["docker-compose.gpu.yml", "docker-compose.speech-cpu.yml"]
    .map((file) => readFileSync(join(PROJECT_DIR, file), "utf8"))
    .join("\n")
    .replaceAll(/\$\{SPEECH_PIPER:-([^}]*)\}/g, "$1");
  const inLock = (model: string | undefined): string | undefined => names.find(([, id]) => id === model)?.[0];
  for (const files of [["english.env"], ["english.env", "cpu.env"]]) {
    const { stt, tts } = settings(files);
    const models = [stt[0]?.model, ...tts.map(({ model }) => model)].filter((model) => model?.includes("/"));
    for (const model of models) expect(compose).toContain(`${model}=/models/${inLock(model)}`);
  }
  const german = parseEnv(readFileSync(join(PROJECT_DIR, "inference/speech/german.env"), "utf8"));
  expect(inLock(german["TTS_MODEL"])).toBe(german["SPEECH_PIPER"]);
});
