import { describe, expect, test } from "vitest";
import { read } from "./reading.ts";

test("with nothing set there is no engine, and nothing leaves the box", () => {
  expect(read({})).toEqual({
    local: undefined,
    cloud: undefined,
    policy: "local-only",
    privateToCloud: "never",
    gateUrl: undefined,
    gateThreads: 1,
    gateProvider: "cpu",
    modelsDir: "/project/.models",
    assetsMirror: undefined,
    fieldOfViewDeg: 65,
    maxAnswerTokens: 160,
    contextTokens: 14_000,
    localPictures: 24,
    fallbackAfterMs: { local: 450, cloud: 1200 },
    secretKey: undefined,
    endpointSilenceMs: 500,
    personaFile: undefined,
    stt: [],
    tts: [{ name: "espeak", url: undefined, apiKey: undefined, model: undefined, voice: undefined }],
    voiceFirstAudioMs: 800,
    livekit: undefined,
    agent: { name: "sightline", processes: 1, port: 8011, maxCalls: 20, recycleMb: 1500, drainMs: 600_000 },
    http: {
      host: "127.0.0.1",
      port: 8000,
      publicOrigins: undefined,
      accessCode: undefined,
      trustedProxies: [],
      metricsToken: undefined,
      metricsPort: undefined,
      tls: undefined,
      drainMs: 600_000,
    },
    dataDir: "/project/.data",
    ledgerRetentionDays: 30,
    logLevel: "warn",
  });
});

test("a local engine is its address and its limits", () => {
  expect(read({ LOCAL_ENGINE_URL: "http://gpu:8000/v1/" }).local).toEqual({
    url: "http://gpu:8000/v1",
    model: undefined,
    apiKey: undefined,
    kind: "auto",
    firstTokenMs: 1500,
    gapMs: 700,
    totalMs: 20_000,
  });
});

describe("the cloud engine", () => {
  test("with its key alone is OpenAI's", () => {
    expect(read({ CLOUD_ENGINE_API_KEY: "sk-1" }).cloud).toMatchObject({
      url: "https://api.openai.com/v1",
      model: "gpt-4o",
      apiKey: "sk-1",
      kind: "openai",
    });
  });

  test.each(["sk-1", "not a key\n\u0000"])("is never switched on by a stray OPENAI_API_KEY", (stray) => {
    expect(read({ OPENAI_API_KEY: stray })).toEqual(read({}));
    expect(read({ OPENAI_API_KEY_FILE: "/does/not/exist" })).toEqual(read({}));
  });

  test("takes OPENAI_API_KEY when its address is set, after its own key", () => {
    const CLOUD_ENGINE_URL = "https://models.example/v1";
    expect(read({ CLOUD_ENGINE_URL, OPENAI_API_KEY: "sk-1" }).cloud?.apiKey).toBe("sk-1");
    const both = { CLOUD_ENGINE_URL, OPENAI_API_KEY: "sk-1", CLOUD_ENGINE_API_KEY: "sk-2" };
    expect(read(both).cloud).toMatchObject({ url: CLOUD_ENGINE_URL, apiKey: "sk-2" });
    expect(read({ CLOUD_ENGINE_URL }).cloud?.apiKey).toBeUndefined();
  });
});

test.each([
  [{}, "local-only"],
  [{ CLOUD_ENGINE_API_KEY: "sk-1" }, "person-local"],
  [{ CLOUD_ENGINE_URL: "https://models.example/v1" }, "person-local"],
  [{ OPENAI_API_KEY: "sk-1" }, "local-only"],
  [{ CLOUD_ENGINE_API_KEY: "sk-1", ROUTE_POLICY: "local-first" }, "local-first"],
  [{ ROUTE_POLICY: "person-local" }, "person-local"],
])("the policy with %j is %s", (environment, policy) => {
  expect(read(environment).policy).toBe(policy);
});

test("paths are taken from the project's folder", () => {
  expect(read({ MODELS_DIR: "weights", ASSETS_MIRROR: "../assets" })).toMatchObject({
    modelsDir: "/project/weights",
    assetsMirror: "/assets",
  });
  expect(read({ MODELS_DIR: "/var/models" }).modelsDir).toBe("/var/models");
});

test("a PostgreSQL is an address, and its authority a file from the project's folder", () => {
  const url = "postgres://ada:p%40ss@db.example.org/calls?sslmode=verify-full&sslrootcert=ca.pem";
  expect(read({ DATABASE_URL: url }).database).toEqual({
    host: "db.example.org",
    port: 5432,
    user: "ada",
    password: "p@ss",
    database: "calls",
    tls: "verify-full",
    caFile: "/project/ca.pem",
  });
  expect(read({}).database).toBeUndefined();
});

test("LiveKit's public address is its own unless named", () => {
  const server = {
    LIVEKIT_URL: "ws://livekit:7880/",
    LIVEKIT_API_KEY: "k",
    LIVEKIT_API_SECRET: "s".repeat(32),
  };
  expect(read({}).livekit).toBeUndefined();
  expect(read(server).livekit).toMatchObject({ url: "ws://livekit:7880", publicUrl: "ws://livekit:7880" });
  expect(read({ ...server, LIVEKIT_PUBLIC_URL: "wss://calls.example.org" }).livekit).toMatchObject({
    url: "ws://livekit:7880",
    publicUrl: "wss://calls.example.org",
  });
});

test.each([
  ["http://livekit:7880", "ws://livekit:7880"],
  ["https://calls.example.org/", "wss://calls.example.org"],
  ["HTTPS://calls.example.org/rtc-server", "wss://calls.example.org/rtc-server"],
  ["WSS://calls.example.org", "wss://calls.example.org"],
])("LiveKit at %s is a socket at %s", (given, url) => {
  const keys = { LIVEKIT_API_KEY: "k", LIVEKIT_API_SECRET: "s".repeat(32) };
  const { livekit } = read({ ...keys, LIVEKIT_URL: given, LIVEKIT_PUBLIC_URL: given });
  expect(livekit).toMatchObject({ url, publicUrl: url });
});
