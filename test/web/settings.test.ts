import { describe, expect, test } from "vitest";
import { DEFAULT_SETTINGS, nextRate, readSettings, writeSettings } from "../../web/settings.ts";

describe("settings", () => {
  test("are read as they were kept", () => {
    const kept = new Map<string, string>();
    const storage = () => ({
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    });
    const settings = { microphone: "m", camera: "c", rate: 1.3, shortcuts: false, deviceVoice: false };
    writeSettings(storage, settings);
    expect(readSettings(storage)).toEqual(settings);
  });

  test.each([null, "no json", "null", '{"rate":9,"camera":3}'])("%s gives the defaults", (kept) => {
    expect(readSettings(() => ({ getItem: () => kept }))).toEqual(DEFAULT_SETTINGS);
  });

  test("a browser that keeps nothing is no fault", () => {
    const refuses = () => {
      throw new Error("denied");
    };
    expect(readSettings(refuses)).toEqual(DEFAULT_SETTINGS);
    expect(() => writeSettings(refuses, DEFAULT_SETTINGS)).not.toThrow();
  });
});

test("nextRate goes in steps of a tenth from 0.5 to 2", () => {
  expect([nextRate(1, 1), nextRate(1, -1), nextRate(1.1, 1)]).toEqual([1.1, 0.9, 1.2]);
  expect([nextRate(2, 1), nextRate(0.5, -1), nextRate(0.55, -1)]).toEqual([2, 0.5, 0.5]);
});
