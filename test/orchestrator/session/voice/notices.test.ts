import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { durationMs } from "../../../../orchestrator/lib/pcm.ts";
import { callNoticesIn, type CallNoticeKey } from "../../../../orchestrator/session/voice/notices-text.ts";
import { loadNotices, MANIFEST_FILE } from "../../../../orchestrator/session/voice/notices.ts";
import { LANGUAGES } from "../../../../orchestrator/turn/language.ts";
import { renderNotices } from "../../../../scripts/render-notices.ts";

const KEYS = Object.keys(callNoticesIn("en")) as CallNoticeKey[];

let dir: string;
let first: number;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "notices-"));
  first = await renderNotices(dir, "espeak-ng");
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true }));

describe("sentences that were rendered ahead", () => {
  it.each(LANGUAGES)("are sound in %s: 16 kHz, heard at once, about as long as they read", (language) => {
    const notices = loadNotices({ dir, language });
    for (const key of KEYS) {
      const sound = notices.audio(key)!;
      expect(sound.sampleRate).toBe(16_000);
      expect(durationMs(sound)).toBeGreaterThan(notices.text(key).length * 25);
      expect(durationMs(sound)).toBeLessThan(notices.text(key).length * 160 + 300);
      const begins = sound.samples.findIndex((sample) => Math.abs(sample) > 300);
      expect(begins / 16).toBeLessThan(60);
    }
  });

  it("are rendered once, and again only when their text or file changed", async () => {
    expect(first).toBe(KEYS.length * LANGUAGES.length);
    expect(await renderNotices(dir, "espeak-ng")).toBe(0);
    rmSync(join(dir, "de", "slower.wav"));
    const manifest = join(dir, "en", MANIFEST_FILE);
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace(/("goodbye": ")./, "$1?"));
    writeFileSync(join(dir, "en", "no-longer-said.wav"), "");
    expect(loadNotices({ dir, language: "en" }).audio("goodbye")).toBeUndefined();
    expect(await renderNotices(dir, "espeak-ng")).toBe(2);
    expect(loadNotices({ dir, language: "en" }).audio("goodbye")).toBeDefined();
    expect(() => statSync(join(dir, "en", "no-longer-said.wav"))).toThrow("ENOENT");
  });

  it("fail without the program", async () => {
    const empty = mkdtempSync(join(tmpdir(), "notices-"));
    await expect(renderNotices(empty, "no-such-program")).rejects.toThrow("ENOENT");
    rmSync(empty, { recursive: true });
  });
});

describe("a sentence without its sound", () => {
  it("still has its text: nothing was rendered", () => {
    const notices = loadNotices({ dir: join(dir, "nowhere"), language: "de-AT" });
    expect(notices.text("goodbye")).toBe("Auf Wiederhören.");
    expect(notices.audio("goodbye")).toBeUndefined();
  });

  it("a damaged file is one that is not there", () => {
    truncateSync(join(dir, "de", "goodbye.wav"), 30);
    writeFileSync(join(dir, "de", "faster.wav"), "not a sound");
    const notices = loadNotices({ dir, language: "de" });
    expect([notices.audio("goodbye"), notices.audio("faster")]).toEqual([undefined, undefined]);
    expect(notices.audio("slower")).toBeDefined();
  });

  it("a damaged manifest names nothing", () => {
    writeFileSync(join(dir, "de", MANIFEST_FILE), "{");
    expect(loadNotices({ dir, language: "de" }).audio("slower")).toBeUndefined();
  });
});
