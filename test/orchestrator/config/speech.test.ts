import { describe, expect, test } from "vitest";
import { read } from "./reading.ts";

describe("speech", () => {
  test("with nothing configured nobody hears, and espeak speaks", () => {
    const { stt, tts } = read({});
    expect(stt).toEqual([]);
    expect(tts.map(({ name }) => name)).toEqual(["espeak"]);
  });

  test("keys and addresses switch services on, in a fixed order", () => {
    const { stt, tts } = read({
      TTS_URL: "http://voice/v1",
      ELEVENLABS_API_KEY: "el-1",
      STT_URL: "http://ear/v1",
      STT_MODEL: "whisper",
      DEEPGRAM_API_KEY: "dg-1",
    });
    expect(stt.map(({ name }) => name)).toEqual(["deepgram", "openai"]);
    expect(stt[1]).toMatchObject({ url: "http://ear/v1", model: "whisper", apiKey: undefined });
    expect(tts.map(({ name }) => name)).toEqual(["elevenlabs", "openai", "espeak"]);
  });

  test("the lists have the last word", () => {
    const keys = { DEEPGRAM_API_KEY: "dg-1", ASSEMBLYAI_API_KEY: "aa-1" };
    const { stt } = read({ ...keys, STT: "assemblyai, deepgram-flux" });
    expect(stt.map(({ name, apiKey }) => [name, apiKey])).toEqual([
      ["assemblyai", "aa-1"],
      ["deepgram-flux", "dg-1"],
    ]);
  });
});
