import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { secretFiles } from "../../../orchestrator/up/container-secrets.ts";
import { keepSecrets, MADE_SECRETS, weakness, weakSecrets } from "../../../orchestrator/up/secrets.ts";
import { type TestFolder, testFolder } from "../../standins/photo-files.ts";

let folder: TestFolder;
let secrets: string;
beforeEach(() => {
  folder = testFolder();
  secrets = join(folder.path, "secrets");
});
afterEach(() => folder.remove());

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe("secrets that nobody named", () => {
  test("are made once, strong, in a folder that keeps others out", () => {
    const made = keepSecrets({}, secrets);
    expect(Object.keys(made)).toEqual(MADE_SECRETS.map(({ variable }) => variable));
    expect(modeOf(secrets)).toBe(0o700);
    for (const { variable, least } of MADE_SECRETS) {
      const path = made[variable] ?? "";
      expect(modeOf(path)).toBe(0o444);
      expect(weakness(readFileSync(path, "utf8"), least)).toBeUndefined();
    }
    expect(weakSecrets({}, secrets)).toEqual([]);
  });

  test("can be read by a container whatever the operator's umask is", () => {
    const before = process.umask(0o077);
    try {
      const made = keepSecrets({ METRICS_TOKEN: "kZ7-qu9_wxyvbnMLKjh4" }, secrets);
      expect(Object.values(made).map(modeOf)).toEqual(MADE_SECRETS.map(() => 0o444));
    } finally {
      process.umask(before);
    }
  });

  test("are never overwritten, also when the operator names another for a while", () => {
    const path = keepSecrets({}, secrets)["SECRET_KEY"] ?? "";
    const first = readFileSync(path, "utf8");
    const named = keepSecrets({ SECRET_KEY: "o".repeat(8) + "kZ7-qu9_wxyvbnMLKjh4" }, secrets);
    expect(named["SECRET_KEY"]).not.toBe(path);
    expect(readFileSync(path, "utf8")).toBe(first);
    expect(keepSecrets({}, secrets)["SECRET_KEY"]).toBe(path);
  });

  test("a file of the operator's own is taken where it is", () => {
    const file = folder.put("key", "x");
    expect(keepSecrets({ SECRET_KEY_FILE: file }, secrets)["SECRET_KEY"]).toBe(file);
  });
});

describe("weak ones", () => {
  test.each([
    ["short", "has 5 characters"],
    ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "repeats a few characters"],
    ["please-change-me-please-please-pleas", "holds a word that is tried first"],
    ["devkey-kZ7qu9wxyvbnMLKjh4tr", "has 27 characters"],
  ])("%s", (value, why) => {
    expect(weakness(value, 32)).toBe(why);
  });

  test("are told by name and never by value, wherever they stand", () => {
    const faults = weakSecrets({ LIVEKIT_API_SECRET: "secret", ACCESS_CODE: "00000000" }, secrets);
    expect(faults).toEqual([
      "weak secret: LIVEKIT_API_SECRET has 6 characters; expected at least 32 characters of chance, or none at all",
      "weak secret: ACCESS_CODE repeats a few characters; expected at least 8 characters of chance, or none at all",
    ]);
    keepSecrets({}, secrets);
    const path = join(secrets, "metrics_token");
    folder.put("short", "short");
    writeFileSync(folder.put("key", "password"), "password");
    expect(weakSecrets({ METRICS_TOKEN_FILE: join(folder.path, "short") }, secrets)).toHaveLength(1);
    expect(weakSecrets({ METRICS_TOKEN_FILE: path }, secrets)).toEqual([]);
  });

  test("a long random one may hold such a word", () => {
    expect(weakness("Zq8vTn3testKc0dPz6Rw1YbLm5Hs9Xf2Jg4Ua7", 32)).toBeUndefined();
  });
});

describe("for containers", () => {
  const certificate = { cert: "a certificate", key: "its key" };

  test("whatever the operator named is copied, since a container is another user; nothing else is named", () => {
    const file = folder.put("elevenlabs", "el-0123456789\n");
    const found = secretFiles(
      { DEEPGRAM_API_KEY: "dg-0123456789", ELEVENLABS_API_KEY_FILE: file },
      { folder: secrets, certificate },
    );
    expect(readFileSync(found["DEEPGRAM_API_KEY_FILE"] ?? "", "utf8")).toBe("dg-0123456789");
    expect(readFileSync(found["ELEVENLABS_API_KEY_FILE"] ?? "", "utf8")).toBe("el-0123456789");
    expect(modeOf(found["ELEVENLABS_API_KEY_FILE"] ?? "")).toBe(0o444);
    expect(readFileSync(found["TLS_KEY_FILE"] ?? "", "utf8")).toBe("its key");
    expect(found).not.toHaveProperty("ASSEMBLYAI_API_KEY_FILE");
    expect(Object.keys(found).every((name) => name.endsWith("_FILE"))).toBe(true);
  });

  test("OpenAI's own variable counts for the cloud only when the cloud is named", () => {
    const key = { OPENAI_API_KEY: "sk-0123456789" };
    const options = { folder: secrets, certificate };
    expect(secretFiles(key, options)).not.toHaveProperty("CLOUD_ENGINE_API_KEY_FILE");
    const named = secretFiles({ ...key, CLOUD_ENGINE_URL: "https://api.openai.com/v1" }, options);
    expect(readFileSync(named["CLOUD_ENGINE_API_KEY_FILE"] ?? "", "utf8")).toBe("sk-0123456789");
  });

  test("a certificate of the operator's own is copied too", () => {
    const own = { certFile: folder.put("c.pem", "C"), keyFile: folder.put("k.pem", "K") };
    const found = secretFiles({}, { folder: secrets, certificate: own });
    expect(readFileSync(found["TLS_CERT_FILE"] ?? "", "utf8")).toBe("C");
  });
});
