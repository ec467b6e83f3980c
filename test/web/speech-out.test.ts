import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createDeviceVoice } from "../../web/speech-out.ts";
import { createFakeSpeech } from "./fake-speech.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("createDeviceVoice", () => {
  test("speaks by a voice that is on the device, at the caller's rate", () => {
    const { voice, speech } = start();
    voice.say("A chair.");
    expect(speech.spoken()).toEqual(["A chair. by here at 1.5"]);
  });

  test("without such a voice it speaks nothing", () => {
    const { voice, speech, told } = start("fr");
    expect(voice.available()).toBe(false);
    voice.unlock();
    voice.say("Une chaise.");
    expect([speech.spoken(), told]).toEqual([[], []]);
  });

  test("tells when it begins, and when the last sentence has ended", () => {
    const { voice, speech, told } = start();
    voice.say("A chair.");
    voice.say("A table.");
    speech.end();
    expect(told).toEqual([true]);
    speech.end();
    expect(told).toEqual([true, false]);
  });

  test("a cancelled sentence that ends late does not end the next one", () => {
    const { voice, speech, told } = start();
    voice.say("A chair.");
    voice.say("A table.");
    voice.stop();
    voice.say("A cup.");
    vi.advanceTimersByTime(0);
    expect(speech.errors()).toBe(2);
    expect(told).toEqual([true, false, true]);
    speech.end();
    expect(told).toEqual([true, false, true, false]);
  });

  test("a browser that never tells the end holds the microphone no longer than it speaks", () => {
    const { voice, speech, told } = start();
    voice.say("A chair.");
    vi.advanceTimersByTime(4000);
    expect(told).toEqual([true]);
    speech.fallSilent();
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([true, false]);
    voice.say("A table.");
    expect(told).toEqual([true, false, true]);
  });

  test("a browser that says it speaks for ever is not believed", () => {
    const { voice, speech, told } = start();
    voice.say("A chair.");
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([true, false]);
    expect(speech.spoken()).toEqual([]);
  });

  test("long answers may take their time, sentence by sentence", () => {
    const { voice, speech, told } = start();
    for (let count = 0; count < 5; count += 1) voice.say("A chair at one o'clock, near you.");
    for (let count = 0; count < 4; count += 1) {
      vi.advanceTimersByTime(5000);
      speech.end();
    }
    expect(told).toEqual([true]);
  });

  test("a press allows all later speech, once", () => {
    const { voice, speech, told } = start();
    voice.unlock();
    voice.unlock();
    expect(speech.spoken()).toHaveLength(1);
    speech.end();
    expect(told).toEqual([]);
  });
});

function start(language = "en") {
  const speech = createFakeSpeech();
  const told: boolean[] = [];
  const voice = createDeviceVoice(
    { language: () => language, rate: () => 1.5, onSpeaking: (on) => told.push(on) },
    speech.browser,
  );
  return { voice, speech, told };
}
