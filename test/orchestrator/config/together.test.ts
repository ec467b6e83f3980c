import { describe, expect, test } from "vitest";
import { faultsOf } from "./reading.ts";

describe("variables that go together", () => {
  test.each([
    [{ LIVEKIT_URL: "ws://livekit:7880" }, "LIVEKIT_API_KEY, LIVEKIT_API_SECRET"],
    [{ TLS_CERT_FILE: "cert.pem" }, "TLS_KEY_FILE"],
    [{ STT: "deepgram" }, "DEEPGRAM_API_KEY or DEEPGRAM_URL"],
    [{ STT: "openai-realtime" }, "STT_URL"],
    [{ TTS: "espeak,elevenlabs" }, "ELEVENLABS_API_KEY or ELEVENLABS_URL"],
  ])("%j alone is a fault that names the rest", (environment, expected) => {
    const faults = faultsOf(environment);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(expected);
  });
});

describe("a speech key without its address", () => {
  test.each([
    ["STT_API_KEY", "STT_URL", { STT_API_KEY: "canary" }],
    ["TTS_API_KEY", "TTS_URL", { TTS_API_KEY: "canary" }],
    ["STT_API_KEY", "STT_URL", { STT_API_KEY: "canary", DEEPGRAM_API_KEY: "dg-1", STT: "deepgram" }],
  ])("%s wants %s: no cloud is meant by it", (name, url, environment) => {
    const faults = faultsOf(environment);
    expect(faults).toEqual([
      `${name}: set without ${url}; expected ${url}, the address of the server that it is for`,
    ]);
  });

  test("with it is right", () => {
    const ear = { STT_API_KEY: "key", STT_URL: "http://ear:8001/v1" };
    const voice = { TTS_API_KEY: "key", TTS_URL: "http://voice:8002/v1" };
    expect(faultsOf({ ...ear, ...voice })).toEqual([]);
  });
});
