import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Variable, variables } from "../../../orchestrator/environment.ts";
import { faultsOf, read } from "./reading.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sightline-config-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

describe("faults", () => {
  /** For each variable a value that cannot be right. */
  const wrong: Record<keyof typeof variables, string> = {
    LOCAL_ENGINE_URL: "gpu:8000/v1",
    LOCAL_ENGINE_MODEL: "",
    LOCAL_ENGINE_API_KEY: "two words",
    LOCAL_ENGINE_KIND: "ollama",
    LOCAL_FIRST_TOKEN_MS: "1.5s",
    LOCAL_FALLBACK_AFTER_MS: "0",
    CLOUD_ENGINE_URL: "https://api.openai.com/",
    CLOUD_ENGINE_MODEL: "",
    CLOUD_ENGINE_API_KEY: "a\nb",
    OPENAI_API_KEY: "ключ-ключ",
    CLOUD_FIRST_TOKEN_MS: "-1",
    CLOUD_FALLBACK_AFTER_MS: "1e3",
    TOKEN_GAP_MS: "600001",
    ANSWER_TOTAL_MS: "NaN",
    MAX_ANSWER_TOKENS: "5000",
    CONTEXT_TOKENS: "12.5",
    LOCAL_PICTURES: "-1",
    ROUTE_POLICY: "cloud",
    PRIVATE_TO_CLOUD: "yes",
    GATE_URL: "ftp://gate",
    GATE_THREADS: "0x10",
    GATE_PROVIDER: "gpu",
    GATEWAY_DRAIN_MS: "ten minutes",
    MODELS_DIR: "",
    ASSETS_MIRROR: "",
    CAMERA_FOV_DEG: "180",
    ENDPOINT_SILENCE_MS: "100",
    PERSONA_FILE: "",
    STT: "whisper",
    TTS: "espeak,espeak",
    DEEPGRAM_API_KEY: "two words",
    DEEPGRAM_URL: "api.deepgram.com",
    DEEPGRAM_MODEL: "",
    ASSEMBLYAI_API_KEY: "a\tb",
    ASSEMBLYAI_URL: "ftp://assemblyai",
    STT_URL: "http://127.0.0.1:8001",
    STT_MODEL: "",
    STT_API_KEY: "мой ключ",
    ELEVENLABS_API_KEY: "a key of three",
    ELEVENLABS_URL: "https://api.elevenlabs.io",
    ELEVENLABS_MODEL: "",
    ELEVENLABS_VOICE: "",
    TTS_URL: "ws://voice/v1",
    TTS_MODEL: "",
    TTS_VOICE: "",
    TTS_API_KEY: "not one",
    TTS_SAMPLE_RATE: "7999",
    TTS_FIRST_AUDIO_MS: "0.8",
    LIVEKIT_URL: "127.0.0.1:7880",
    LIVEKIT_PUBLIC_URL: "calls.example.org",
    LIVEKIT_API_KEY: "",
    LIVEKIT_API_SECRET: "too short a secret",
    AGENT_NAME: "",
    AGENT_PROCESSES: "0",
    AGENT_MAX_CALLS: "many",
    AGENT_PORT: "-1",
    AGENT_RECYCLE_MB: "100",
    AGENT_DRAIN_MS: "ten minutes",
    HOST: "",
    PORT: "65536",
    PUBLIC_ORIGINS: "https://calls.example.org/page",
    ACCESS_CODE: "1234567",
    TRUSTED_PROXIES: "proxy.example.org",
    METRICS_TOKEN: "too short",
    TLS_CERT_FILE: "",
    TLS_KEY_FILE: "",
    DATA_DIR: "",
    DATABASE_URL: "postgres://ada:word@db/calls?sslmode=prefer",
    LEDGER_RETENTION_DAYS: "0",
    SECRET_KEY: "too short for a key",
    OTEL_EXPORTER_OTLP_ENDPOINT: "grpc://collector:4317",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization",
    LOG_LEVEL: "verbose",
  };
  const faulty = Object.entries(wrong).filter(([, value]) => value !== "");

  test.each(faulty)("%s=%s is named, with what was expected", (name, value) => {
    const variable: Variable = variables[name as keyof typeof variables];
    const also = name === "OPENAI_API_KEY" ? { CLOUD_ENGINE_URL: "https://models.example/v1" } : {};
    const faults = faultsOf({ ...also, [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name}: got .+; expected .+`));
    expect(faults[0]).toContain(variable.expected);
    expect(faults[0]?.includes(value)).toBe(variable.secret !== true);
  });

  test("are all listed at once", () => {
    const named = faultsOf(wrong).map((fault) => fault.split(":")[0]);
    expect(new Set(named)).toEqual(new Set(faulty.map(([name]) => name)));
    expect(named).toHaveLength(faulty.length);
    expect(() => read(wrong)).toThrow(`configuration: ${faulty.length} faults`);
  });

  test("an empty value, or one of blanks, counts as unset", () => {
    const blank = Object.fromEntries(Object.keys(variables).map((name) => [name, " "]));
    expect(read(blank)).toEqual(read({}));
  });

  test.each([
    ["LOCAL_ENGINE_URL", "http://user:p4ssw0rd@gpu:8000/v1", "p4ssw0rd"],
    ["CLOUD_ENGINE_URL", "https://models.example/v1?key=abcdef123", "abcdef123"],
    ["GATE_URL", "http://gate:8010/#abcdef123", "abcdef123"],
    ["LIVEKIT_URL", "wss://user:p4ssw0rd@calls.example.org", "p4ssw0rd"],
    ["LIVEKIT_PUBLIC_URL", "wss://calls.example.org?token=abcdef123", "abcdef123"],
    ["LOCAL_ENGINE_KIND", "sk-proj-abcdef123", "abcdef123"],
  ])("%s with a secret inside does not show it", (name, value, secret) => {
    const [fault] = faultsOf({ [name]: value });
    expect(fault).toContain(name);
    expect(fault).not.toContain(secret);
  });

  test("no secret is ever shown, whatever it is", () => {
    const secrets = Object.keys(variables).filter(
      (name) => "secret" in variables[name as keyof typeof variables],
    );
    fc.assert(
      fc.property(fc.constantFrom(...secrets), fc.string({ minLength: 6 }), (name, value) => {
        const canary = `canary${value}`;
        const faults = faultsOf({ CLOUD_ENGINE_URL: "https://models.example/v1", [name]: canary });
        expect(faults.join("\n")).not.toContain("canary");
      }),
    );
  });
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

describe("a secret in a file", () => {
  const secretNames = ["LOCAL_ENGINE_API_KEY", "CLOUD_ENGINE_API_KEY", "OPENAI_API_KEY", "SECRET_KEY"];
  const value = "0123456789abcdef0123456789abcdef";
  const both = { LOCAL_ENGINE_URL: "http://gpu/v1", CLOUD_ENGINE_URL: "https://models.example/v1" };

  test.each(secretNames)("%s_FILE is read and trimmed", (name) => {
    const file = join(folder, "key");
    writeFileSync(file, `${value}\n`);
    const config = read({ ...both, [`${name}_FILE`]: file });
    expect([config.local?.apiKey, config.cloud?.apiKey, config.secretKey]).toContain(value);
  });

  test("a key in a file alone switches OpenAI's cloud on", () => {
    const file = join(folder, "cloud-key");
    writeFileSync(file, "sk-1");
    expect(read({ CLOUD_ENGINE_API_KEY_FILE: file }).cloud).toMatchObject({
      url: "https://api.openai.com/v1",
      apiKey: "sk-1",
    });
  });

  test.each([
    ["missing", "/does/not/exist", /_FILE: cannot read the file \(ENOENT\)/],
    ["a folder", tmpdir(), /_FILE: cannot read the file \(EISDIR\)/],
  ])("that is %s is a fault", (_kind, file, reason) => {
    for (const name of secretNames) {
      const faults = faultsOf({ ...both, [`${name}_FILE`]: file });
      expect(faults).toEqual([expect.stringMatching(reason)]);
      expect(faults[0]).toContain(name);
    }
  });

  test("that is empty is a fault", () => {
    const file = join(folder, "empty");
    writeFileSync(file, "\n");
    expect(faultsOf({ SECRET_KEY_FILE: file })).toEqual([
      "SECRET_KEY: got 0 characters; expected at least 32 characters",
    ]);
  });

  test("beside the value itself is a fault", () => {
    const file = join(folder, "both");
    writeFileSync(file, value);
    expect(faultsOf({ SECRET_KEY: value, SECRET_KEY_FILE: file })).toEqual([
      "SECRET_KEY: set together with SECRET_KEY_FILE; expected one of them",
    ]);
  });

  test("is for secrets only", () => {
    expect(read({ LOCAL_ENGINE_URL_FILE: "/does/not/exist" })).toEqual(read({}));
  });
});
