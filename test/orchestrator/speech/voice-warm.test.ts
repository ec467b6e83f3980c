import { describe, expect, it } from "vitest";
import { startElevenlabs } from "../../standins/tts/elevenlabs.ts";
import { startOpenaiVoice } from "../../standins/tts/openai-voice.ts";
import { hear, service } from "../../standins/tts/hear.ts";
import { turns } from "../../standins/turns.ts";
import { start, voiceOf } from "./tts/three-voices.ts";

describe("a voice between its words", () => {
  it("warms the service that would speak, and asks nothing of the others", async () => {
    const [first, second] = [await start(startOpenaiVoice()), await start(startOpenaiVoice())];
    const voice = await voiceOf([first, second].map(({ url }) => service("openai", { url })));
    voice.warm();
    await expect.poll(() => first.connections()).toBe(1);
    await turns(50);
    expect(second.connections()).toBe(0);
    first.always({ fault: { type: "status", status: 500 } });
    expect((await hear(voice, "Fine.")).text).toBe("Fine.");
    second.dropIdle();
    await turns(50);
    voice.warm();
    await expect.poll(() => second.looks()).toBe(1);
    expect(first.looks()).toBe(1);
  });

  it("is probed in the language of the calls, over the socket that they use", async () => {
    const elevenlabs = await start(startElevenlabs());
    const config = service("elevenlabs", { url: elevenlabs.url });
    const voice = await voiceOf([config, service("espeak")], { language: "de", probeAfterMs: 20 });
    voice.warm();
    elevenlabs.next({ fault: { type: "status", status: 500 } });
    expect((await hear(voice, "Gut.", { language: "de" })).places).toMatchObject([{ name: "espeak" }]);
    await expect.poll(() => elevenlabs.said).toEqual(["Gut.", "Yes."]);
    expect(elevenlabs.sockets.map((target) => /language_code=(\w+)/.exec(target)?.[1])).toEqual(["de"]);
  });
});
