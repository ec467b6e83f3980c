import { afterEach, describe, expect, it } from "vitest";
import { createElevenlabsVoice } from "../../../../orchestrator/speech/tts/elevenlabs.ts";
import type { Synthesiser } from "../../../../orchestrator/speech/tts/synthesiser.ts";
import {
  type ElevenlabsOptions,
  type ElevenlabsServer,
  startElevenlabs,
} from "../../../standins/tts/elevenlabs.ts";
import { codedSound } from "../../../standins/tts/sound.ts";
import { turns } from "../../../standins/turns.ts";
import { failure, say, sayBy, STYLE } from "./say.ts";

const WORDS = ["one", "two", "three.", "four", "five", "six."];
const FIRST = "one two three.";
const SECOND = "four five six.";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function voiceWith(
  options: ElevenlabsOptions = {},
  config: { readonly apiKey?: string; readonly model?: string } = {},
): Promise<{ readonly server: ElevenlabsServer; readonly voice: Synthesiser }> {
  const server = await startElevenlabs({ makeSound: codedSound(WORDS), ...options });
  const voice = createElevenlabsVoice({
    name: "elevenlabs",
    url: server.url,
    apiKey: config.apiKey,
    model: config.model,
    voice: "v 1",
  });
  open.push(server, voice);
  return { server, voice };
}

const soundOf = async (text: string): Promise<Int16Array> => (await codedSound(WORDS)(text, 1)).samples;

describe("createElevenlabsVoice", () => {
  it("says clause after clause in one context, each to its last character", async () => {
    const { server, voice } = await voiceWith({ apiKey: "key" }, { apiKey: "key" });
    const utterance = voice.open(STYLE);
    const first = await sayBy(utterance, FIRST);
    const second = await sayBy(utterance, SECOND);
    utterance.close();
    expect(first.samples).toEqual(await soundOf(FIRST));
    expect(second.samples).toEqual(await soundOf(SECOND));
    expect(first.reached.at(-1)).toEqual({ chars: FIRST.length, atMs: first.samples.length / 24 });
    expect(second.reached.find(({ chars }) => chars === 4)?.atMs).toBe(160);
    await expect.poll(() => server.openContexts()).toBe(0);
    const [context] = server.messages;
    expect(server.messages).toEqual([
      { text: " ", voice_settings: {}, context_id: context?.context_id },
      { text: `${FIRST} `, flush: true, context_id: context?.context_id },
      { text: `${SECOND} `, flush: true, context_id: context?.context_id },
      { close_context: true, context_id: context?.context_id },
    ]);
  });

  it("asks for what it needs: PCM, times, the model, the language", async () => {
    const { server, voice } = await voiceWith();
    await say(voice, FIRST, { style: { rate: 1, language: "de-DE" } });
    const target = new URL(server.sockets[0] ?? "", server.url);
    expect(target.pathname).toBe("/v1/text-to-speech/v%201/multi-stream-input");
    expect(Object.fromEntries(target.searchParams)).toEqual({
      model_id: "eleven_flash_v2_5",
      output_format: "pcm_24000",
      auto_mode: "true",
      sync_alignment: "true",
      inactivity_timeout: "180",
      language_code: "de",
    });
    const { server: other, voice: older } = await voiceWith({}, { model: "eleven_multilingual_v2" });
    await say(older, FIRST);
    expect(other.sockets[0]).not.toContain("language_code");
  });

  it("keeps one socket warm for speech after speech, and opens another when it broke", async () => {
    const { server, voice } = await voiceWith();
    voice.warm();
    await expect.poll(() => server.sockets.length).toBe(1);
    await say(voice, FIRST);
    await say(voice, FIRST);
    expect(server.sockets).toHaveLength(1);
    server.dropAll();
    await turns(20);
    await say(voice, FIRST);
    expect(server.sockets).toHaveLength(2);
  });

  it("asks for a speed within the service's limits", async () => {
    const { server, voice } = await voiceWith();
    const utterance = voice.open({ rate: 2, language: "en" });
    expect(utterance.rate).toBe(1.2);
    await sayBy(utterance, FIRST);
    utterance.close();
    expect(server.messages[0]?.voice_settings).toEqual({ speed: 1.2 });
    expect(voice.open({ rate: 0.5, language: "en" }).rate).toBe(0.7);
  });

  it("knows the times by their other name", async () => {
    const { voice } = await voiceWith({ alignment: "chars" });
    const { samples, reached } = await say(voice, FIRST);
    expect(samples).toEqual(await soundOf(FIRST));
    expect(reached.at(-1)).toEqual({ chars: FIRST.length, atMs: samples.length / 24 });
  });

  it.each(["renamed", "not-numbers"] as const)(
    "loses no sound to times that it cannot read: %s",
    async (alignment) => {
      const { voice } = await voiceWith({ alignment });
      expect((await say(voice, FIRST)).samples).toEqual(await soundOf(FIRST));
    },
  );

  it("takes clause after clause without times through one socket", async () => {
    const { server, voice } = await voiceWith({ alignment: "none" });
    const utterance = voice.open(STYLE);
    for (let clause = 0; clause < 6; clause++) await sayBy(utterance, FIRST);
    utterance.close();
    expect(server.sockets).toHaveLength(1);
  });

  it("opens another context when the service has ended an idle one", async () => {
    const { server, voice } = await voiceWith();
    const utterance = voice.open(STYLE);
    await sayBy(utterance, FIRST);
    server.endContexts();
    await turns(20);
    expect((await sayBy(utterance, SECOND)).samples).toEqual(await soundOf(SECOND));
    utterance.close();
    expect(new Set(server.messages.map(({ context_id: id }) => id)).size).toBe(2);
  });

  it("reads sound without times to the end of its context", async () => {
    const { server, voice } = await voiceWith({ alignment: "none" });
    server.always({ speed: 3 });
    const utterance = voice.open(STYLE);
    const first = await sayBy(utterance, FIRST);
    const second = await sayBy(utterance, SECOND);
    utterance.close();
    expect([first.samples, second.samples]).toEqual([await soundOf(FIRST), await soundOf(SECOND)]);
    expect(first.reached).toEqual([]);
    expect(new Set(server.messages.map(({ context_id: id }) => id)).size).toBe(2);
  });

  it("translates a refused key, an error of its context and a broken socket", async () => {
    const { voice } = await voiceWith({ apiKey: "right" }, { apiKey: "wrong" });
    await expect(say(voice, FIRST)).rejects.toMatchObject({ category: "unauthorized", code: "401" });
    const { server, voice: well } = await voiceWith();
    server.next({ fault: { type: "status", status: 500 } });
    await expect(say(well, FIRST)).rejects.toMatchObject({ category: "server", code: "refused" });
    server.next({ fault: { type: "cut", atByte: 4000 } });
    await expect(say(well, FIRST)).rejects.toMatchObject({ category: "connectivity" });
    await server.close();
    await expect(say(well, FIRST)).rejects.toMatchObject({ category: "connectivity" });
  });

  it("lets other speeches on the socket go on when one is cancelled", async () => {
    const { server, voice } = await voiceWith();
    server.always({ speed: 2 });
    const stop = new AbortController();
    const reason = new Error("barge-in");
    const cancelled = failure(say(voice, FIRST, { signal: stop.signal }));
    const other = say(voice, SECOND);
    await turns(80);
    stop.abort(reason);
    expect(await cancelled).toBe(reason);
    expect((await other).samples).toEqual(await soundOf(SECOND));
    expect(server.sockets).toHaveLength(1);
    await expect.poll(() => server.openContexts()).toBe(0);
  });

  it("opens no context for a speech that is cancelled while the socket opens", async () => {
    const { server, voice } = await voiceWith();
    const stop = new AbortController();
    const cancelled = failure(say(voice, FIRST, { signal: stop.signal }));
    stop.abort(new Error("early"));
    expect(await cancelled).toMatchObject({ message: "early" });
    await turns(50);
    expect(server.messages).toEqual([]);
  });
});
