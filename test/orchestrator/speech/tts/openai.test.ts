import { afterEach, describe, expect, it } from "vitest";
import { createOpenaiVoice } from "../../../../orchestrator/speech/tts/openai.ts";
import type { Synthesiser } from "../../../../orchestrator/speech/tts/synthesiser.ts";
import {
  type OpenaiVoiceOptions,
  type OpenaiVoiceServer,
  startOpenaiVoice,
} from "../../../standins/tts/openai-voice.ts";
import { codedSound } from "../../../standins/tts/sound.ts";
import { turns } from "../../../standins/turns.ts";
import { failure, say } from "./say.ts";
import { wavHead } from "./wav-head.ts";

const WORDS = ["one", "two", "three."];
const TEXT = WORDS.join(" ");

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function voiceWith(
  options: OpenaiVoiceOptions = {},
  config: { readonly apiKey?: string; readonly model?: string; readonly voice?: string } = {},
): Promise<{ readonly server: OpenaiVoiceServer; readonly voice: Synthesiser }> {
  const server = await startOpenaiVoice({ makeSound: codedSound(WORDS), ...options });
  const voice = createOpenaiVoice({
    name: "openai",
    url: server.url,
    apiKey: config.apiKey,
    model: config.model,
    voice: config.voice,
  });
  open.push(server, voice);
  return { server, voice };
}

const whole = codedSound(WORDS)(TEXT, 1);

describe("createOpenaiVoice", () => {
  it("asks for PCM and passes its bytes on as they arrive", async () => {
    const { server, voice } = await voiceWith({}, { apiKey: "key", model: "tts-1-hd", voice: "nova" });
    server.always({ speed: 1, chunkMs: 20 });
    const { samples, sampleRate, pieces, firstMs } = await say(voice, TEXT);
    expect(server.requests[0]?.body).toEqual({
      model: "tts-1-hd",
      voice: "nova",
      input: TEXT,
      response_format: "pcm",
    });
    expect(sampleRate).toBe(24_000);
    expect(samples).toEqual((await whole).samples);
    expect(pieces).toBeGreaterThan(2);
    expect(firstMs).toBeLessThan(samples.length / 24 / 2);
  });

  it("uses one connection for texts one after the other, opened ahead by warm", async () => {
    const { server, voice } = await voiceWith();
    voice.warm();
    await expect.poll(() => server.connections()).toBe(1);
    await turns(50);
    await say(voice, TEXT);
    await say(voice, TEXT);
    expect(server.connections()).toBe(1);
  });

  it("warms again only when no connection is free", async () => {
    const { server, voice } = await voiceWith();
    voice.warm();
    voice.warm();
    await expect.poll(() => server.looks()).toBe(1);
    await turns(50);
    await say(voice, TEXT);
    voice.warm();
    await turns(50);
    expect([server.looks(), server.connections()]).toEqual([1, 1]);
    server.dropIdle();
    await turns(50);
    voice.warm();
    await expect.poll(() => server.looks()).toBe(2);
    await turns(50);
    server.always({ speed: 1 });
    const said = say(voice, TEXT);
    await expect.poll(() => server.requests.length).toBe(2);
    voice.warm();
    await expect.poll(() => server.connections()).toBe(3);
    await said;
  });

  it.each([
    ["WAV", { contentType: "audio/wav", head: wavHead }, 24_000],
    ["a named rate", { contentType: "audio/pcm; rate=16000" }, 16_000],
    ["bytes without a name", { contentType: "application/octet-stream" }, 24_000],
  ])("understands %s", async (_, format, sampleRate) => {
    const { voice } = await voiceWith({ format });
    const said = await say(voice, TEXT);
    expect(said.sampleRate).toBe(sampleRate);
    expect(said.samples).toEqual((await whole).samples);
  });

  it.each([
    ["JSON", { contentType: "application/json" }],
    ["a web page", { contentType: "text/html" }],
    ["MP3", { contentType: "audio/mpeg" }],
    ["Ogg", { contentType: "audio/pcm", head: () => Buffer.from("OggS") }],
    ["an impossible rate", { contentType: "audio/L16;rate=7" }],
  ])("refuses %s", async (_, format) => {
    const { voice } = await voiceWith({ format });
    await expect(say(voice, TEXT)).rejects.toMatchObject({ name: "SpeechFault", category: "server" });
  });

  it.each([
    [401, "unauthorized"],
    [400, "invalid-request"],
    [429, "at-capacity"],
    [500, "server"],
  ])("translates %i", async (status, category) => {
    const { server, voice } = await voiceWith();
    server.always({ fault: { type: "status", status } });
    await expect(say(voice, TEXT)).rejects.toMatchObject({ category, code: String(status) });
  });

  it("translates a connection that breaks, and one that is refused", async () => {
    const { server, voice } = await voiceWith();
    server.always({ fault: { type: "cut", atByte: 6000 }, speed: 4 });
    await expect(say(voice, TEXT)).rejects.toMatchObject({ category: "connectivity" });
    await server.close();
    await expect(say(voice, TEXT)).rejects.toMatchObject({ category: "connectivity", code: "ECONNREFUSED" });
  });

  it("closes the connection at once when it is cancelled", async () => {
    const { server, voice } = await voiceWith();
    server.always({ speed: 1 });
    const stop = new AbortController();
    const reason = new Error("barge-in");
    const said = failure(say(voice, TEXT, { signal: stop.signal }));
    await turns(60);
    stop.abort(reason);
    expect(await said).toBe(reason);
    expect(await server.requests[0]?.ended).toBe(true);
  });

  it("sends a speed within the API's limits, and none to models that take none", async () => {
    const { server, voice } = await voiceWith();
    const rateAt = async (rate: number): Promise<number> => {
      const utterance = voice.open({ rate, language: "en" });
      await say(voice, TEXT, { style: { rate, language: "en" } });
      return utterance.rate;
    };
    expect(await rateAt(2)).toBe(2);
    expect(server.requests.at(-1)?.body).toMatchObject({ speed: 2 });
    expect(await rateAt(8)).toBe(4);
    const { voice: plain } = await voiceWith({}, { model: "gpt-4o-mini-tts" });
    expect(plain.open({ rate: 2, language: "en" }).rate).toBe(1);
  });

  it("says where it runs", async () => {
    const { voice } = await voiceWith();
    expect(voice.place).toEqual({ name: "openai", host: "this machine" });
    const cloud = { url: "https://api.openai.com/v1", apiKey: "k", model: undefined, voice: undefined };
    expect(createOpenaiVoice({ name: "openai", ...cloud }).place.host).toBe("api.openai.com");
  });
});
