import { afterEach, describe, expect, test } from "vitest";
import { createAssemblyai } from "../../../../orchestrator/speech/stt/assemblyai.ts";
import { record } from "../../../standins/stt/recording.ts";
import { startScriptedServer, type ScriptedServer } from "../../../standins/stt/scripted-server.ts";
import { serviceConfig } from "../../../standins/stt/services.ts";

let server: ScriptedServer;
afterEach(() => server.close());

async function open(language = "en") {
  server = await startScriptedServer((client) => client.say({ type: "Begin", id: "1", expires_at: 1 }));
  const recording = await record(createAssemblyai(serviceConfig("assemblyai", server.url), { language }));
  const client = server.clients[0]!;
  return { ...recording, client, query: new URL(client.path, server.url).searchParams };
}

async function openRefused(error: object) {
  server = await startScriptedServer((client) => client.say(error));
  return record(createAssemblyai(serviceConfig("assemblyai", server.url), { language: "en" }));
}

const turn = (order: number, isEnd: boolean, transcript: string, words: readonly [string, number][]) => ({
  type: "Turn",
  turn_order: order,
  turn_is_formatted: false,
  end_of_turn: isEnd,
  transcript,
  words: words.map(([text, end]) => ({ text, start: end - 100, end, confidence: 0.8, word_is_final: isEnd })),
});

describe("AssemblyAI", () => {
  test("words come as interims, the first end of a turn is final, a formatted one is not said again", async () => {
    const { client, recognition, told, until } = await open();
    recognition.push(new Int16Array(32_000));
    client.say({ type: "SpeechStarted", timestamp: 1 });
    client.say(
      turn(0, false, "go", [
        ["go", 500],
        ["nou", 900],
      ]),
    );
    client.say(
      turn(0, true, "go now", [
        ["go", 500],
        ["now", 900],
      ]),
    );
    client.say({
      ...turn(0, true, "Go now.", [
        ["Go", 500],
        ["now.", 900],
      ]),
      turn_is_formatted: true,
    });
    client.say(turn(1, false, "", [["please", 1500]]));
    await until(() => told.length === 3);
    expect(told).toEqual([
      { type: "interim", text: "go nou" },
      { type: "final", text: "go now", endSample: 14_400 },
      { type: "interim", text: "please" },
    ]);
  });

  test("a final reaches no further than the audio that was sent", async () => {
    const { client, recognition, told, until } = await open();
    recognition.push(new Int16Array(8000));
    client.say(turn(0, true, "stop", [["stop", 520]]));
    await until(() => told.length === 1);
    expect(told[0]?.endSample).toBe(8000);
  });

  test("messages hold 50 ms of audio each; the end of speech ends the turn", async () => {
    const { client, recognition, until } = await open();
    for (let n = 0; n < 5; n++) recognition.push(new Int16Array(320));
    recognition.speechEnded();
    recognition.close();
    await until(() => client.messages.length === 4);
    expect(client.messages).toEqual(["audio", "audio", '{"type":"ForceEndpoint"}', '{"type":"Terminate"}']);
  });

  test.each([
    ["en-US", "universal-streaming-english"],
    ["de", "universal-streaming-multilingual"],
  ])("language %s: %s", async (language, model) => {
    const { query } = await open(language);
    expect(query.get("speech_model")).toBe(model);
    expect(query.get("sample_rate")).toBe("16000");
  });

  test.each([
    ["Unauthorized Connection: Missing or invalid API key", 1008, "unauthorized"],
    ["Unauthorized connection: Too many concurrent sessions", 1008, "at-capacity"],
    ["Server error", 3005, "server"],
  ])("refused with %j: %s", async (error, code, category) => {
    await expect(openRefused({ type: "Error", error_code: code, error })).rejects.toMatchObject({
      category,
      code: String(code),
    });
  });
});
