import { afterEach, describe, expect, test } from "vitest";
import { createEar } from "../../../../orchestrator/speech/ear.ts";
import { createDeepgramFlux } from "../../../../orchestrator/speech/stt/deepgram-flux.ts";
import { audioOf, callEar } from "../../../standins/stt/call-ear.ts";
import { startDeepgramFluxServer } from "../../../standins/stt/deepgram-flux-server.ts";
import { record } from "../../../standins/stt/recording.ts";
import { startScriptedServer, type ScriptedServer } from "../../../standins/stt/scripted-server.ts";
import { serviceConfig } from "../../../standins/stt/services.ts";
import { toneSpeech } from "../../../standins/stt/tones.ts";

let server: ScriptedServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function open(
  options: { readonly language?: string; readonly model?: string; readonly verify?: boolean } = {},
) {
  const { language = "en-GB", model, verify } = options;
  server = await startScriptedServer((client) => client.say({ type: "Connected" }));
  const config = serviceConfig("deepgram-flux", server.url, { model });
  const recording = await record(createDeepgramFlux(config, { language }), verify);
  const client = server.clients[0]!;
  return { ...recording, client, query: new URL(client.path, server.url).searchParams };
}

const turn = (event: string, transcript: string, end: number) => ({
  type: "TurnInfo",
  event,
  turn_index: 0,
  transcript,
  words: [{ word: "x", confidence: 0.5 }],
  audio_window_start: 0,
  audio_window_end: end,
});

describe("Flux", () => {
  test("only the end of a turn is final; what an eager end says may be taken back", async () => {
    const { client, told, until } = await open();
    client.say(turn("StartOfTurn", "read", 0.5));
    client.say(turn("EagerEndOfTurn", "Read this.", 1));
    client.say(turn("TurnResumed", "Read this.", 1.2));
    client.say(turn("Update", "", 1.3));
    client.say(turn("EndOfTurn", "Read this sign.", 2));
    await until(() => told.length === 4);
    expect(told).toEqual([
      { type: "interim", text: "read" },
      { type: "interim", text: "Read this." },
      { type: "interim", text: "Read this." },
      { type: "final", text: "Read this sign.", endSample: 32_000 },
    ]);
  });

  test("the end that the VAD finds is forced", async () => {
    const { client, recognition, until } = await open({ verify: true });
    recognition.push(new Int16Array(1500));
    recognition.speechEnded();
    await until(() => client.messages.length === 3);
    expect(client.messages).toEqual(["audio", "audio", '{"type":"ForceEndTurn"}']);
  });

  test("silence that keeps the stream alive does not count as the call's", async () => {
    const { client, recognition, told, until } = await open();
    recognition.keepAlive();
    client.say(turn("EndOfTurn", "Stop.", 1));
    await until(() => told.length === 1);
    expect(client.messages).toEqual(["audio"]);
    expect(told[0]?.endSample).toBe(16_000 - 1280);
  });

  test.each([
    ["en", undefined, "flux-general-en", null],
    ["de-DE", undefined, "flux-general-multi", "de"],
    ["en", "nova-3", "flux-general-en", null],
    ["en", "flux-general-multi", "flux-general-multi", "en"],
  ])("language %s and model %s: %s", async (language, model, expected, hint) => {
    const { query } = await open({ language, ...(model === undefined ? {} : { model }) });
    expect(query.get("model")).toBe(expected);
    expect(query.get("language_hint")).toBe(hint);
    expect(query.get("mip_opt_out")).toBe("true");
  });

  test("an error ends the stream", async () => {
    const { client, faults, until } = await open();
    client.say({ type: "Error", code: "INTERNAL_SERVER_ERROR", description: "private words" });
    await until(() => faults.length === 1);
    expect(faults).toMatchObject([{ category: "server", code: "INTERNAL_SERVER_ERROR" }]);
  });

  test("a server that cannot be forced costs one stream, no word, and is not forced again", async () => {
    const older = await startDeepgramFluxServer({ older: true });
    try {
      const ear = createEar([serviceConfig("deepgram-flux", older.url)], { language: "en" });
      const two = audioOf(300, toneSpeech("stop").pcm, 1200, toneSpeech("go now").pcm, 800);
      expect((await callEar(ear!, two)).text).toBe("stop go now");
      expect((await callEar(ear!, two)).text).toBe("stop go now");
      const forced = older.connections.map(({ messages }) => messages.filter((text) => /Force/.test(text)));
      expect(forced).toEqual([['{"type":"ForceEndTurn"}'], [], []]);
      expect(older.connections.map(({ query }) => query.get("eot_timeout_ms"))).toEqual([null, "500", "500"]);
    } finally {
      await older.close();
    }
  });
});
