import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withDoctor } from "./fixture.ts";

const { folder, checkOf } = withDoctor();

describe("calls", () => {
  const livekit = {
    LIVEKIT_URL: "ws://livekit:7880",
    LIVEKIT_API_KEY: "key",
    LIVEKIT_API_SECRET: "s".repeat(32),
  };

  test.each([
    ["ok", livekit, true],
    ["failed", livekit, false],
    ["missing", {}, true],
    ["warn", { ...livekit, LIVEKIT_URL: "wss://someone.livekit.cloud" }, true],
    ["warn", { ...livekit, LIVEKIT_PUBLIC_URL: "wss://calls.example.org" }, true],
  ])("livekit is %s with %j", async (state, environment, livekitUp) => {
    expect((await checkOf("livekit", { environment, livekitUp }))?.state).toBe(state);
  });

  test("names a LiveKit server that is not the operator's own, also while it does not answer", async () => {
    const environment = { ...livekit, LIVEKIT_URL: "wss://calls.example.com" };
    for (const livekitUp of [true, false]) {
      const detail = (await checkOf("livekit", { environment, livekitUp }))?.detail;
      expect(detail).toContain("pass through calls.example.com");
    }
  });

  test("who hears and who speaks are named in order", async () => {
    const environment = { DEEPGRAM_API_KEY: "dg", STT_URL: "http://ear:8001/v1", ELEVENLABS_API_KEY: "el" };
    expect((await checkOf("speech recognition", { environment }))?.detail).toBe("deepgram, then openai");
    expect((await checkOf("voice", { environment }))?.detail).toBe("elevenlabs, then espeak");
    expect((await checkOf("voice", { environment, espeak: false }))?.detail).toBe("elevenlabs");
    expect((await checkOf("speech recognition"))?.state).toBe("missing");
    expect((await checkOf("voice", { espeak: false }))?.state).toBe("missing");
  });

  test("speech that leaves is told by host", async () => {
    const environment = { DEEPGRAM_API_KEY: "dg", TTS_URL: "http://voice:8002/v1" };
    expect((await checkOf("what speech leaves"))?.detail).toBe("none");
    const { detail } = (await checkOf("what speech leaves", { environment }))!;
    expect(detail).toContain("callers' voices to api.deepgram.com");
    expect(detail).not.toContain("voice:8002");
  });

  test("no key alone sends speech anywhere: it is a fault of the configuration", async () => {
    for (const name of ["STT_API_KEY", "TTS_API_KEY"]) {
      const environment = { [name]: "canary" };
      expect(await checkOf("configuration", { environment })).toMatchObject({
        state: "failed",
        detail: expect.stringContaining(`${name}: set without`),
      });
    }
    const environment = { STT_API_KEY: "key", STT_URL: "https://api.openai.com/v1" };
    const { detail } = (await checkOf("what speech leaves", { environment }))!;
    expect(detail).toContain("callers' voices to api.openai.com");
  });

  test("a page that is not built, and notices that are not rendered, are told with the command", async () => {
    expect(await checkOf("page")).toMatchObject({ state: "missing", fix: "make page" });
    expect(await checkOf("spoken notices")).toMatchObject({ state: "missing", fix: "make notices" });
    mkdirSync(join(folder(), "web/dist"), { recursive: true });
    writeFileSync(join(folder(), "web/dist/index.html"), "");
    mkdirSync(join(folder(), ".notices"));
    expect((await checkOf("page"))?.state).toBe("ok");
    expect((await checkOf("spoken notices"))?.state).toBe("ok");
  });
});
