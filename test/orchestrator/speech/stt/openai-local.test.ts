import { afterEach, describe, expect, test } from "vitest";
import { createEar } from "../../../../orchestrator/speech/ear.ts";
import { createOpenai } from "../../../../orchestrator/speech/stt/openai.ts";
import {
  type Speaches,
  type SpeachesOptions,
  startSpeaches,
  WHISPER,
} from "../../../standins/local-speech/speaches.ts";
import { audioOf, callEar } from "../../../standins/stt/call-ear.ts";
import { record, type Recording } from "../../../standins/stt/recording.ts";
import { serviceConfig } from "../../../standins/stt/services.ts";
import { toneSpeech } from "../../../standins/stt/tones.ts";

let server: Speaches;
afterEach(() => server.close());

interface Given extends SpeachesOptions {
  readonly model?: string;
  readonly language?: string;
}

async function open({ model = WHISPER, language = "de-DE", ...options }: Given = {}, verify = false) {
  server = await startSpeaches(options);
  const recogniser = createOpenai(serviceConfig("openai", server.url, { model }), { language });
  return record(recogniser, verify);
}

function say({ recognition }: Recording, text: string): void {
  recognition.speechStarted();
  recognition.push(toneSpeech(text).pcm);
  recognition.push(new Int16Array(3200));
  recognition.speechEnded();
}

describe("speaches", () => {
  test.each(["0.8", "0.9"] as const)(
    "%s hears an utterance; its answer's blanks and further members do no harm",
    async (version) => {
      const recording = await open({ version });
      say(recording, "stop");
      await recording.until(() => recording.finals.length === 1);
      expect(recording.finals).toEqual([{ type: "final", text: "stop.", endSample: 7200 }]);
      expect(server.requests).toEqual([{ model: WHISPER, language: "de", response_format: "json" }]);
    },
  );

  test("Norwegian and Filipino go by Whisper's names", async () => {
    for (const [language, name] of [
      ["nb-NO", "no"],
      ["fil", "tl"],
    ]) {
      const recording = await open({ language: language! });
      say(recording, "stop");
      await recording.until(() => recording.finals.length === 1);
      expect(server.requests).toMatchObject([{ language: name }]);
      if (name === "no") await server.close();
    }
  });

  test("its own VAD finds nothing in a cough: no word, and no fault", async () => {
    const recording = await open();
    recording.recognition.speechStarted();
    recording.recognition.push(new Int16Array(16_000).fill(3));
    recording.recognition.speechEnded();
    await recording.until(() => recording.finals.length === 1);
    expect(recording.finals[0]?.text).toBe("");
    expect(recording.faults).toEqual([]);
  });

  test("one connection serves utterances one after the other", async () => {
    const recording = await open();
    for (const count of [1, 2, 3]) {
      say(recording, "stop");
      await recording.until(() => recording.finals.length === count);
    }
    expect(server.connections()).toEqual({ open: 1, all: 1 });
  });

  test("is asked once when it always takes its time, as on a CPU", async () => {
    const recording = await open({ answerMs: 1500 });
    for (const count of [1, 2, 3]) {
      say(recording, "stop");
      await recording.until(() => recording.finals.length === count);
    }
    // Only the first was late for all that was known.
    expect(server.requests).toHaveLength(4);
  });

  test.each<[string, Given, string, string]>([
    ["a key that is wrong: 403, where OpenAI says 401", { apiKey: "another" }, "unauthorized", "403"],
    ["a model that was not fetched", { model: "whisper-1" }, "unauthorized", "404"],
    [
      "a language that Whisper has no letters for: text instead of JSON",
      { language: "gsw" },
      "server",
      "500",
    ],
  ])("%s", async (_, given, category, code) => {
    const recording = await open(given);
    say(recording, "stop");
    await recording.until(() => recording.faults.length === 1);
    expect(recording.faults).toMatchObject([{ category, code }]);
    expect(recording.finals).toEqual([]);
  });

  test("is found well by silence alone", async () => {
    await open({ apiKey: "secret" }, true);
    expect(server.requests).toHaveLength(1);
    await server.close();
    await expect(open({ model: "whisper-1" }, true)).rejects.toMatchObject({ code: "404" });
  });

  test("without its model a call is told that nobody hears, instead of losing question after question", async () => {
    server = await startSpeaches({ models: [] });
    const ear = createEar([serviceConfig("openai", server.url, { model: WHISPER })], { language: "en" });
    const sound = audioOf(300, toneSpeech("stop").pcm, 1200, toneSpeech("go now").pcm, 1200);
    const { places, text } = await callEar(ear!, sound);
    expect(text).toBe("");
    expect(places.at(-1)).toBeNull();
  });
});
