import { afterEach, describe, expect, test } from "vitest";
import { createDeepgram } from "../../../../orchestrator/speech/stt/deepgram.ts";
import { record } from "../../../standins/stt/recording.ts";
import { startScriptedServer, type ScriptedServer } from "../../../standins/stt/scripted-server.ts";
import { serviceConfig, startService } from "../../../standins/stt/services.ts";

let server: ScriptedServer;
afterEach(() => server.close());

const results = (transcript: string, isFinal: boolean, start: number, duration: number) => ({
  type: "Results",
  is_final: isFinal,
  speech_final: false,
  start,
  duration,
  channel: { alternatives: [{ transcript, confidence: 0.9, words: [] }] },
});

async function open(model?: string) {
  server = await startScriptedServer();
  const config = serviceConfig("deepgram", server.url, { model });
  const recording = await record(createDeepgram(config, { language: "de" }));
  return { ...recording, finals: () => recording.finals, client: server.clients[0]! };
}

describe("Deepgram", () => {
  test("is asked for 16 kHz audio, interims, the language, and no use of the audio for training", async () => {
    const { client } = await open();
    const asked = Object.fromEntries(new URL(client.path, server.url).searchParams);
    expect(asked).toMatchObject({
      model: "nova-3",
      language: "de",
      encoding: "linear16",
      sample_rate: "16000",
      interim_results: "true",
      mip_opt_out: "true",
    });
  });

  test("words come with the position up to which all is said; an empty final is one too", async () => {
    const { client, told, until } = await open();
    client.say(results("what", false, 0, 0.5));
    client.say(results("", false, 0, 0.6));
    client.say(results(" What is it?", true, 0, 1.5));
    client.say({ type: "UtteranceEnd", last_word_end: 1.2 });
    client.say(results("", true, 1.5, 2));
    await until(() => told.length === 3);
    expect(told).toEqual([
      { type: "interim", text: "what" },
      { type: "final", text: "What is it?", endSample: 24_000 },
      { type: "final", text: "", endSample: 56_000 },
    ]);
  });

  test("the end of speech flushes what is left of the audio and wants a final", async () => {
    const { client, recognition, until } = await open();
    recognition.push(new Int16Array(1000));
    recognition.speechEnded();
    recognition.keepAlive();
    recognition.close();
    await until(() => client.messages.length === 5);
    expect(client.messages).toEqual([
      "audio",
      "audio",
      '{"type":"Finalize"}',
      '{"type":"KeepAlive"}',
      '{"type":"CloseStream"}',
    ]);
  });

  test("a message of another form ends the stream with a fault, without its words", async () => {
    const { client, faults, until } = await open();
    client.say({ type: "Results", channel: "private words" });
    await until(() => faults.length === 1);
    expect(faults[0]).toMatchObject({ category: "server", code: "format" });
    expect(JSON.stringify(faults[0]) + String(faults[0])).not.toContain("private");
  });

  test("is tried on a stream of its own, after it had failed", async () => {
    server = await startScriptedServer();
    const standin = await startService("deepgram");
    try {
      await record(createDeepgram(serviceConfig("deepgram", standin.url), { language: "en" }), true);
      expect(standin.connections.map(({ messages }) => messages)).toEqual([['{"type":"CloseStream"}'], []]);
    } finally {
      await standin.close();
    }
  });
});
