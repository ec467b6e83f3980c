import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createVoice } from "../../../orchestrator/speech/voice.ts";
import { startElevenlabs } from "../../standins/tts/elevenlabs.ts";
import { startOpenaiVoice } from "../../standins/tts/openai-voice.ts";
import { hear, service } from "../../standins/tts/hear.ts";
import { start, threeVoices, voiceOf } from "./tts/three-voices.ts";

const TEXT = "I can see two people, one at eleven o'clock. The dog sleeps.";

describe("createVoice", () => {
  it("leaves espeak out when espeak-ng is not there; undefined when nothing is left", async () => {
    const options = { espeak: "no-such-program-here" };
    expect(await createVoice([service("espeak")], options)).toBeUndefined();
    expect(await createVoice([], options)).toBeUndefined();
    expect(await voiceOf([service("espeak"), service("openai")], options)).toBeDefined();
  });

  it.each(["elevenlabs", "openai", "espeak"])(
    "speaks by %s: all the text, its words in time",
    async (name) => {
      const servers = { elevenlabs: await start(startElevenlabs()), openai: await start(startOpenaiVoice()) };
      const url = name === "espeak" ? undefined : servers[name as "openai"].url;
      const heard = await hear(await voiceOf([service(name as "openai", { url })]), TEXT);
      expect(heard.text).toBe(TEXT);
      expect(heard.places).toEqual([{ name, host: "this machine" }]);
      expect(heard.sampleRates.size).toBe(1);
      expect(heard.soundMs).toBeGreaterThan(2000);
      let lastMs = 0;
      for (const { startMs, endMs, toldMs } of heard.words) {
        expect(startMs).toBeGreaterThanOrEqual(lastMs);
        expect(endMs).toBeGreaterThanOrEqual(startMs);
        expect(toldMs).toBeLessThan(endMs + 0.1);
        lastMs = endMs;
      }
      expect(lastMs).toBeLessThanOrEqual(heard.soundMs + 0.1);
    },
  );

  it("says no markup and no emoji, and still accounts for every character", async () => {
    const openai = await start(startOpenaiVoice());
    const voice = await voiceOf([service("openai", { url: openai.url })]);
    const raw = "**Two** people 😀 smile. - 🎉\n- A `dog` too. 🐶";
    expect((await hear(voice, raw)).text).toBe(raw);
    expect(openai.requests.map(({ text }) => text).join(" ")).toBe("Two people smile. A dog too.");
  });

  it("ends at once and silently for a text that has nothing to say", async () => {
    const openai = await start(startOpenaiVoice());
    const voice = await voiceOf([service("openai", { url: openai.url })]);
    expect(await hear(voice, "")).toMatchObject({ text: "", soundMs: 0 });
    expect(await hear(voice, "… 😀")).toMatchObject({ text: "… 😀", soundMs: 0 });
    expect(openai.requests).toHaveLength(0);
  });

  it("releases the first clause before the text is over", async () => {
    const voice = await voiceOf([service("espeak")]);
    const release = Promise.withResolvers<void>();
    async function* text(): AsyncGenerator<string> {
      yield "I can see two people, one";
      await release.promise;
      yield " at eleven.";
    }
    const ctx = { signal: new AbortController().signal, rate: 1, language: "en" };
    const spoken: string[] = [];
    for await (const item of voice.speak(text(), ctx)) {
      if (item.type === "audio") release.resolve();
      else spoken.push(item.text);
    }
    expect(spoken.join("")).toBe("I can see two people, one at eleven.");
  });

  it("says what was written when the text breaks off by an error", async () => {
    const voice = await voiceOf([service("espeak")]);
    async function* text(): AsyncGenerator<string> {
      yield "One two.";
      throw new Error("the engine is gone");
    }
    const ctx = { signal: new AbortController().signal, rate: 1, language: "en" };
    const words: string[] = [];
    for await (const item of voice.speak(text(), ctx)) if (item.type === "words") words.push(item.text);
    expect(words.join("")).toBe("One two.");
  });

  it("ends early when every service fails", async () => {
    const openai = await start(startOpenaiVoice());
    const elevenlabs = await start(startElevenlabs({ apiKey: "right" }));
    openai.always({ fault: { type: "status", status: 500 } });
    const voice = await voiceOf([
      service("elevenlabs", { url: elevenlabs.url, apiKey: "wrong" }),
      service("openai", { url: openai.url }),
    ]);
    expect(await hear(voice, TEXT)).toMatchObject({ text: "", soundMs: 0, places: [] });
  });
});

describe("cancellation", () => {
  it("closes every service upstream at once, at any moment", async () => {
    const { voice, elevenlabs } = await threeVoices();
    const openai = await start(startOpenaiVoice());
    const second = await voiceOf([service("openai", { url: openai.url })]);
    for (const [speaker, server] of [
      [voice, elevenlabs],
      [second, openai],
    ] as const) {
      for (const atMs of [0, 30, 400]) {
        server.always({ speed: 1, firstAudioMs: 20 });
        const stop = new AbortController();
        const heard = hear(speaker, TEXT, { signal: stop.signal });
        await wait(atMs);
        const stoppedAt = performance.now();
        stop.abort();
        const { text } = await heard;
        expect(performance.now() - stoppedAt).toBeLessThan(500);
        expect(TEXT.startsWith(text)).toBe(true);
        await expect.poll(() => elevenlabs.openContexts()).toBe(0);
      }
    }
    for (const { ended } of openai.requests) expect(await ended).toBe(true);
    expect((await hear(voice, "Fine.")).text).toBe("Fine.");
  });

  it("stops when the listener walks away", async () => {
    const { voice, elevenlabs } = await threeVoices();
    elevenlabs.always({ speed: 1 });
    const ctx = { signal: new AbortController().signal, rate: 1, language: "en" };
    async function* text(): AsyncGenerator<string> {
      yield TEXT;
    }
    for await (const item of voice.speak(text(), ctx)) if (item.type === "audio") break;
    await expect.poll(() => elevenlabs.openContexts()).toBe(0);
  });

  it("says nothing when it is stopped before it began", async () => {
    const { voice, elevenlabs } = await threeVoices();
    expect(await hear(voice, TEXT, { signal: AbortSignal.abort() })).toMatchObject({ text: "", soundMs: 0 });
    expect(elevenlabs.said).toEqual([]);
  });
});

describe("a voice that was used and closed", () => {
  it("leaves no process, socket or timer behind, wherever its speeches were stopped", async () => {
    const resources = (): readonly string[] =>
      process.getActiveResourcesInfo().filter((name) => /Process|Timeout|TCP|TLS|Pipe/.test(name));
    const before = resources().length;
    const servers = [await startElevenlabs(), await startOpenaiVoice()];
    const url = servers.map((server) => server.url);
    const voices = [
      await createVoice([service("elevenlabs", { url: url[0] }), service("espeak")]),
      await createVoice([service("openai", { url: url[1] })]),
      await createVoice([service("espeak")]),
    ];
    for (const server of servers) server.always({ speed: 2, firstAudioMs: 10 });
    for (let trial = 0; trial < 24; trial++) {
      const stop = new AbortController();
      const voice = voices[trial % voices.length];
      if (voice === undefined) throw new Error("no voice");
      const heard = hear(voice, TEXT, { signal: stop.signal });
      await wait((trial * 7) % 60);
      stop.abort();
      await heard;
    }
    for (const each of [...voices, ...servers]) await each?.close();
    await expect.poll(() => resources().length).toBeLessThanOrEqual(before);
  });
});

describe("speech rate", () => {
  it.each(["elevenlabs", "openai", "espeak"] as const)(
    "%s is twice as fast at 2 and half as fast at 0.5",
    async (name) => {
      const { elevenlabs, openai } = await threeVoices();
      const url = { elevenlabs: elevenlabs.url, openai: openai.url, espeak: undefined }[name];
      const voice = await voiceOf([service(name, { url })]);
      const own = (await hear(voice, TEXT)).soundMs;
      const fast = await hear(voice, TEXT, { rate: 2 });
      const slow = await hear(voice, TEXT, { rate: 0.5 });
      expect(own / fast.soundMs).toBeGreaterThan(1.65);
      expect(own / fast.soundMs).toBeLessThan(2.6);
      expect(own / slow.soundMs).toBeGreaterThan(0.42);
      expect(own / slow.soundMs).toBeLessThan(0.6);
      expect(fast.text).toBe(TEXT);
      expect(fast.words.at(-1)?.endMs).toBeLessThanOrEqual(fast.soundMs + 0.1);
    },
  );
});

describe("several calls at once", () => {
  it("share the voice without hearing each other", async () => {
    const { voice, elevenlabs } = await threeVoices();
    elevenlabs.always({ speed: 3 });
    const texts = [
      "One red cup.",
      "Two green cups.",
      "Three blue cups.",
      "Four cups.",
      "Five cups.",
      "Six cups here.",
    ];
    const heard = await Promise.all(texts.map((text) => hear(voice, text)));
    expect(heard.map(({ text }) => text)).toEqual(texts);
    // Five contexts are the most that a connection takes.
    expect(elevenlabs.sockets).toHaveLength(2);
    await expect.poll(() => elevenlabs.openContexts()).toBe(0);
  });
});
