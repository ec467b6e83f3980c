import { describe, expect, it } from "vitest";
import { hear } from "../../../standins/tts/hear.ts";
import { threeVoices } from "./three-voices.ts";
import { timed } from "../../../standins/timed.ts";

const TIMED = timed();

const TEXT = "I can see two people, one at eleven o'clock. The dog sleeps.";
const SHORT = "I can see two people, one at eleven.";

describe("a speech whose service fails", () => {
  it.each([
    ["hang", { type: "hang" }],
    ["silence", { type: "silent" }],
    ["garbage", { type: "garbage" }],
    ["nothing", { type: "empty" }],
    ["500", { type: "status", status: 500 }],
    ["401", { type: "status", status: 401 }],
  ] as const)(
    "%s instead of speech: the next service says it all, 800 ms later for each at most",
    async (_, fault) => {
      const { voice, elevenlabs, openai } = await threeVoices();
      elevenlabs.always({ fault });
      openai.always({ fault });
      const heard = await hear(voice, TEXT);
      expect(heard.text).toBe(TEXT);
      expect(heard.places.map(({ name }) => name)).toEqual(["espeak"]);
      const sentTo = new Set(heard.sentTo.map(({ name }) => name));
      expect([...sentTo]).toEqual(["elevenlabs", "openai", "espeak"]);
      expect(heard.firstAudioMs).toBeLessThan(2 * 800 + 1000);
    },
  );

  it("changes the voice in mid-speech with less than a second of silence, at one sample rate", async () => {
    const { voice, elevenlabs, openai } = await threeVoices();
    elevenlabs.next({ fault: { type: "stall", atByte: 40_000 }, speed: 4 });
    openai.always({ fault: { type: "hang" } });
    const heard = await hear(voice, SHORT, { queueMs: 150 });
    expect(heard.text).toBe(SHORT);
    expect(heard.places.map(({ name }) => name)).toEqual(["elevenlabs", "espeak"]);
    expect([...heard.sampleRates]).toEqual([24_000]);
    // The second voice hangs as well: its 800 ms come to the gap.
    expect(heard.gapMs).toBeLessThan(1000 + 800);
  });

  it("keeps the gap of a stall below a second when the next service is well", async () => {
    const { voice, elevenlabs } = await threeVoices();
    elevenlabs.next({ fault: { type: "stall", atByte: 40_000 }, speed: 1.5 });
    const heard = await hear(voice, SHORT, { queueMs: 150 });
    expect(heard.text).toBe(SHORT);
    expect(heard.gapMs).toBeLessThan(1000);
  });

  it("stays with the second voice to the end of the speech and asks the first again for the next", async () => {
    const { voice, elevenlabs } = await threeVoices({ probeAfterMs: 20 });
    elevenlabs.next({ fault: { type: "cut", atByte: 20_000 } });
    const first = await hear(voice, SHORT, { queueMs: 100 });
    expect(first.places.map(({ name }) => name)).toEqual(["elevenlabs", "openai"]);
    await expect.poll(() => elevenlabs.said.at(-1)).toBe("Yes.");
    await expect.poll(() => voice.place()?.name).toBe("elevenlabs");
    const second = await hear(voice, "And now?");
    expect(second.places.map(({ name }) => name)).toEqual(["elevenlabs"]);
  });

  it("does not ask a service that is down before it was probed", TIMED, async () => {
    const { voice, openai, elevenlabs } = await threeVoices();
    elevenlabs.always({ fault: { type: "hang" } });
    await hear(voice, "One two three.");
    const second = await hear(voice, "Four five six.");
    expect(second.firstAudioMs).toBeLessThan(400);
    expect(openai.requests.map(({ text }) => text)).toEqual(["One two three.", "Four five six."]);
    expect(elevenlabs.said).toEqual(["One two three."]);
  });

  it("comes back to a service that failed when all others fail", async () => {
    const { voice, elevenlabs, openai } = await threeVoices({ espeak: "no-such-program-here" });
    elevenlabs.next({ fault: { type: "cut", atByte: 30_000 } });
    openai.always({ fault: { type: "cut", atByte: 30_000 } });
    const heard = await hear(voice, TEXT);
    expect(heard.text).toBe(TEXT);
    expect(heard.places.at(-1)?.name).toBe("elevenlabs");
  });
});
