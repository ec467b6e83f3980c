import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { SpeechServiceConfig } from "../../../../orchestrator/config.ts";
import { createOpenaiVoice } from "../../../../orchestrator/speech/tts/openai.ts";
import type { Synthesiser } from "../../../../orchestrator/speech/tts/synthesiser.ts";
import { createVoice } from "../../../../orchestrator/speech/voice.ts";
import { KOKORO_WORDS, type Kokoro, startKokoro } from "../../../standins/local-speech/kokoro.ts";
import { PIPER, PIPER_RATE, startSpeaches } from "../../../standins/local-speech/speaches.ts";
import { hear, service } from "../../../standins/tts/hear.ts";
import { codedSound } from "../../../standins/tts/sound.ts";
import { failure, say } from "./say.ts";

const TEXT = KOKORO_WORDS.join(" ");

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

function voiceAt(url: string, config: Partial<SpeechServiceConfig<"openai">> = {}): Synthesiser {
  const rest = { apiKey: undefined, model: "kokoro", voice: "af_heart" };
  const voice = createOpenaiVoice({ name: "openai", url, ...rest, ...config });
  open.push(voice);
  return voice;
}

describe("Kokoro-FastAPI", () => {
  const kokoro = (): Promise<Kokoro> => start(startKokoro());

  it("says a text in raw PCM, by its own names and by OpenAI's", async () => {
    const server = await kokoro();
    const whole = await codedSound(KOKORO_WORDS)(TEXT, 1);
    for (const config of [{}, { model: undefined, voice: undefined }]) {
      const said = await say(voiceAt(server.url, config), TEXT);
      expect(said.sampleRate).toBe(24_000);
      expect(said.samples).toEqual(whole.samples);
    }
    expect(server.requests[0]).toEqual({
      model: "kokoro",
      voice: "af_heart",
      input: TEXT,
      response_format: "pcm",
    });
  });

  it.each([
    ["a voice that it has not, such as a persona's of another service", { voice: "bIHbv24MWmeRgasZH58o" }],
    ["a model that it has not", { model: "tts-2" }],
  ])("refuses %s", async (_, config) => {
    const server = await kokoro();
    const said = say(voiceAt(server.url, config), TEXT);
    await expect(said).rejects.toMatchObject({ category: "invalid-request", code: "400" });
  });

  it("breaks off in the middle: told apart from an end", async () => {
    const server = await kokoro();
    server.does("half");
    await expect(say(voiceAt(server.url), TEXT)).rejects.toMatchObject({ category: "connectivity" });
  });

  it("answers 200 without a byte of sound when it failed: the next voice says the text", async () => {
    const server = await kokoro();
    server.does("nothing");
    const voice = await createVoice([service("openai", { url: server.url }), service("espeak")]);
    open.push(voice!);
    const heard = await hear(voice!, TEXT);
    expect(heard.text).toBe(TEXT);
    expect(heard.places.map(({ name }) => name)).toEqual(["espeak"]);
  });

  it("closes an idle connection after 5 s: it is let go before that", async () => {
    const server = await kokoro();
    const voice = voiceAt(server.url);
    await say(voice, TEXT);
    expect(server.connections()).toEqual({ open: 1, all: 1 });
    await wait(4600);
    expect(server.connections().open).toBe(0);
    await say(voice, TEXT);
    expect(server.connections().all).toBe(2);
  });
});

describe("speaches with a Piper voice", () => {
  const german = { model: PIPER, voice: "thorsten", sampleRate: PIPER_RATE };

  it("does not say that its PCM has 22,050 samples a second: the setting does", async () => {
    const server = await start(startSpeaches());
    const said = await say(voiceAt(server.url, german), "Die Tür ist offen.");
    expect(said.sampleRate).toBe(PIPER_RATE);
    const unset = await say(voiceAt(server.url, { ...german, sampleRate: undefined }), "Die Tür ist offen.");
    expect(unset.sampleRate).toBe(24_000);
  });

  it("sends a text sentence by sentence", async () => {
    const server = await start(startSpeaches());
    const said = await say(voiceAt(server.url, german), "Die Tür ist offen. Links steht ein Stuhl.");
    expect(said.samples.length / PIPER_RATE).toBeCloseTo(41 * 0.06 - 0.06, 1);
  });

  it("breaks off after its head where others refuse: a fault all the same", async () => {
    const server = await start(
      startSpeaches({
        models: [PIPER],
        say: () => {
          throw new Error("no such voice");
        },
      }),
    );
    const fault = await failure(say(voiceAt(server.url, german), "Die Tür ist offen."));
    expect(fault).toMatchObject({ name: "SpeechFault", category: "connectivity" });
  });

  it.each([
    ["a key that is wrong: 403, where OpenAI says 401", { apiKey: "wrong" }, "unauthorized", "403"],
    ["a model that was not fetched", { apiKey: "right", model: "tts-1" }, "invalid-request", "404"],
  ])("refuses %s", async (_, config, category, code) => {
    const server = await start(startSpeaches({ apiKey: "right" }));
    const said = say(voiceAt(server.url, { ...german, ...config }), "Ja.");
    await expect(said).rejects.toMatchObject({ category, code });
  });
});
