import { afterEach, describe, expect, test } from "vitest";
import { createOpenaiRealtime } from "../../../../orchestrator/speech/stt/openai-realtime.ts";
import { record, type Recording } from "../../../standins/stt/recording.ts";
import { startScriptedServer, type ScriptedServer } from "../../../standins/stt/scripted-server.ts";
import { serviceConfig } from "../../../standins/stt/services.ts";

const TRANSCRIPTION = "conversation.item.input_audio_transcription";
let server: ScriptedServer;
afterEach(() => server.close());

async function open(model?: string) {
  server = await startScriptedServer((client) => client.say({ type: "session.created" }));
  const config = serviceConfig("openai-realtime", server.url, { model });
  const recording = await record(createOpenaiRealtime(config, { language: "en-US" }), true);
  return { ...recording, client: server.clients[0]! };
}

function say({ recognition }: Pick<Recording, "recognition">): void {
  recognition.speechStarted();
  recognition.push(new Int16Array(4000).fill(9000));
  recognition.speechEnded();
}

describe("OpenAI's realtime API", () => {
  test("the session transcribes 24 kHz audio, and leaves the end of speech to us", async () => {
    const { client, until } = await open("whisper-large");
    await until(() => client.messages.length > 0);
    expect(client.path).toBe("/v1/realtime?intent=transcription&model=whisper-large");
    expect(JSON.parse(client.messages[0]!)).toEqual({
      type: "session.update",
      session: {
        type: "transcription",
        audio: {
          input: {
            format: { type: "audio/pcm", rate: 24_000 },
            transcription: { model: "whisper-large", language: "en" },
            turn_detection: null,
          },
        },
      },
    });
  });

  test("an utterance is sent with half again as many samples, then committed", async () => {
    const { client, recognition, until } = await open();
    recognition.push(new Int16Array(16_000));
    say({ recognition });
    await until(() => client.messages.at(-1) === '{"type":"input_audio_buffer.commit"}');
    const sent = client.messages
      .map((text) => JSON.parse(text) as { readonly audio?: string })
      .map(({ audio = "" }) => Buffer.from(audio, "base64").length / 2);
    const total = sent.reduce((sum, length) => sum + length, 0);
    expect(total).toBe((16_000 + 4000) * 1.5);
  });

  test("words grow as interims and are final when completed, each for its own utterance", async () => {
    const { client, recognition, told, until } = await open();
    say({ recognition });
    say({ recognition });
    client.say({ type: "input_audio_buffer.committed", item_id: "a" });
    client.say({ type: "input_audio_buffer.committed", item_id: "b" });
    client.say({ type: `${TRANSCRIPTION}.delta`, item_id: "a", delta: "Go" });
    client.say({ type: `${TRANSCRIPTION}.delta`, item_id: "a", delta: " now" });
    client.say({ type: `${TRANSCRIPTION}.completed`, item_id: "a", transcript: "Go now." });
    client.say({ type: `${TRANSCRIPTION}.completed`, item_id: "b", transcript: "" });
    await until(() => told.length === 4);
    expect(told).toEqual([
      { type: "interim", text: "Go" },
      { type: "interim", text: "Go now" },
      { type: "final", text: "Go now.", endSample: 4000 },
      { type: "final", text: "", endSample: 8000 },
    ]);
  });

  test("a commit without sound is answered as an utterance without words", async () => {
    const { client, recognition, told, faults, until } = await open();
    say({ recognition });
    client.say({
      type: "error",
      error: { type: "invalid_request_error", code: "input_audio_buffer_commit_empty" },
    });
    await until(() => told.length === 1);
    expect(told).toEqual([{ type: "final", text: "", endSample: 4000 }]);
    expect(faults).toEqual([]);
  });

  test("a server that does not know a request, or ends utterances by itself, is heard all the same", async () => {
    const { client, told, faults, until } = await open();
    client.say({ type: "error", error: { type: "invalid_request_error", code: "unknown_parameter" } });
    client.say({ type: "input_audio_buffer.committed", item_id: "own" });
    client.say({ type: `${TRANSCRIPTION}.completed`, item_id: "own", transcript: "Stop." });
    await until(() => told.length === 1);
    expect(told).toEqual([{ type: "final", text: "Stop.", endSample: 0 }]);
    expect(faults).toEqual([]);
  });

  test.each([
    [
      { type: "error", error: { type: "invalid_request_error", code: "invalid_api_key" } },
      "unauthorized",
      "invalid_api_key",
    ],
    [{ type: "error", error: { type: "server_error", code: null } }, "server", "server_error"],
    [{ type: `${TRANSCRIPTION}.failed`, item_id: "a", error: {} }, "server", "transcription"],
  ])("%j ends the stream", async (message, category, code) => {
    const { client, recognition, faults, until } = await open();
    say({ recognition });
    client.say(message);
    await until(() => faults.length === 1);
    expect(faults).toMatchObject([{ category, code }]);
  });
});
