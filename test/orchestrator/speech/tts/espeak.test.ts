import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createEspeak } from "../../../../orchestrator/speech/tts/espeak.ts";
import type { Synthesiser } from "../../../../orchestrator/speech/tts/synthesiser.ts";
import { failure, say } from "./say.ts";

async function espeak(voice?: string): Promise<Synthesiser> {
  const created = await createEspeak("espeak-ng", voice);
  if (created === undefined) throw new Error("espeak-ng is not there");
  return created;
}

/** What espeak-ng itself makes of a text. */
function reference(text: string, ...args: readonly string[]): string {
  const wav = execFileSync("espeak-ng", ["--stdin", "--stdout", "-b", "1", ...args], { input: text });
  return hash(new Int16Array(new Uint8Array(wav.subarray(44, wav.length & ~1)).buffer));
}

function hash(samples: Int16Array): string {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return createHash("sha256").update(bytes).digest("hex");
}

describe("createEspeak", () => {
  it("is undefined when the program is not there", async () => {
    expect(await createEspeak("no-such-program-here", undefined)).toBeUndefined();
  });

  it("says a text in the voice of its language, or in the nearest", async () => {
    const voice = await espeak();
    const inVoice = async (language: string): Promise<string> =>
      hash((await say(voice, "Hello there.", { style: { rate: 1, language } })).samples);
    expect(await inVoice("de-DE")).toBe(reference("Hello there.", "-v", "de", "-s", "175"));
    expect(await inVoice("en-AU")).toBe(reference("Hello there.", "-v", "en-us", "-s", "175"));
    expect(await inVoice("en-GB")).toBe(reference("Hello there.", "-v", "en-gb", "-s", "175"));
    expect(await inVoice("tlh")).toBe(await inVoice("en"));
  });

  it("takes a voice by its name, and speaks all the same when there is no such", async () => {
    const { samples, sampleRate } = await say(await espeak("de"), "Hello there.");
    expect(hash(samples)).toBe(reference("Hello there.", "-v", "de", "-s", "175"));
    expect(sampleRate).toBe(22_050);
    expect((await say(await espeak("bIHbv24MWmeRgasZH58o"), "Hello there.")).samples.length).toBeGreaterThan(
      9000,
    );
  });

  it("speaks at any rate by itself", async () => {
    const voice = await espeak();
    const lengthAt = async (rate: number): Promise<number> =>
      (await say(voice, "I can see two people at eleven.", { style: { rate, language: "en" } })).samples
        .length;
    expect(voice.open({ rate: 2, language: "en" }).rate).toBe(2);
    expect(await lengthAt(2)).toBeLessThan((await lengthAt(1)) * 0.6);
    expect(await lengthAt(0.5)).toBeGreaterThan((await lengthAt(1)) * 1.7);
  });

  it("takes no text for an option, a file or a command", async () => {
    const voice = await espeak();
    for (const text of ["--version", "-f /etc/hostname", "$(echo no); `id`", "<speak>Hi</speak>"]) {
      expect((await say(voice, text)).samples.length).toBeGreaterThan(5000);
    }
  });

  it("says an answer of many lines to its end", async () => {
    const long = "This is one more line of it.\n".repeat(20);
    expect((await say(await espeak(), long)).samples.length).toBeGreaterThan(22_050 * 20);
  });

  it("ends its process when it is cancelled", async () => {
    const stop = new AbortController();
    const reason = new Error("barge-in");
    const long = "This sentence is said again and again. ".repeat(3000);
    const said = failure(say(await espeak(), long, { signal: stop.signal }));
    await expect.poll(children).toContain("espeak-ng");
    stop.abort(reason);
    expect(await said).toBe(reason);
    await expect.poll(children).not.toContain("espeak-ng");
  });
});

/** Names of this process's children. */
function children(): readonly string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const [, name, parent] =
          /^\d+ \((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${entry}/stat`, "utf8")) ?? [];
        return Number(parent) === process.pid && name !== undefined ? [name] : [];
      } catch {
        return [];
      }
    });
}
