import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Variable, variables } from "../../../orchestrator/environment.ts";
import { faultsOf, read } from "./reading.ts";

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
    GATEWAY_METRICS_PORT: "none",
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

describe("a secret in a file", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sightline-config-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
