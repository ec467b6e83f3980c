import { afterEach, describe, expect, test } from "vitest";
import { createEar } from "../../../../orchestrator/speech/ear.ts";
import { createOpenai } from "../../../../orchestrator/speech/stt/openai.ts";
import { audioOf, callEar } from "../../../standins/stt/call-ear.ts";
import {
  startTranscriptionServer,
  type RequestFault,
  type TranscriptionServer,
} from "../../../standins/stt/openai-transcription-server.ts";
import { record, type Recording } from "../../../standins/stt/recording.ts";
import { serviceConfig } from "../../../standins/stt/services.ts";
import { toneSpeech } from "../../../standins/stt/tones.ts";

let server: TranscriptionServer;
afterEach(() => server.close());

async function open(faults: readonly RequestFault[] = [], verify = false, apiKey = "secret") {
  server = await startTranscriptionServer({ apiKey });
  server.next(...faults);
  const recogniser = createOpenai(serviceConfig("openai", server.url), { language: "de-DE" });
  return record(recogniser, verify);
}

function say({ recognition }: Recording, text: string): void {
  recognition.speechStarted();
  recognition.push(toneSpeech(text).pcm);
  recognition.push(new Int16Array(3200));
  recognition.speechEnded();
}

describe("an OpenAI-compatible server", () => {
  test("gets each utterance as a WAV file, with model and language", async () => {
    const recording = await open();
    say(recording, "stop");
    await recording.until(() => recording.finals.length === 1);
    expect(recording.finals).toEqual([{ type: "final", text: "stop", endSample: 7200 }]);
    expect(server.requests).toMatchObject([
      { fields: { model: "whisper-1", language: "de", response_format: "json" }, audioMs: 450 },
    ]);
  });

  test("answers come in the order of what was said", async () => {
    const recording = await open([{ delayMs: 400 }]);
    say(recording, "go now");
    say(recording, "please");
    await recording.until(() => recording.finals.length === 2);
    expect(recording.finals.map(({ text }) => text)).toEqual(["go now", "please"]);
  });

  test("a request that is late is sent again; the first answer counts", async () => {
    const recording = await open([{ delayMs: 4000 }]);
    say(recording, "stop");
    await recording.until(() => recording.finals.length === 1);
    expect(recording.finals).toHaveLength(1);
    expect(server.requests).toHaveLength(2);
  });

  test.each<[RequestFault, string, string]>([
    [{ status: 500 }, "server", "500"],
    [{ status: 401 }, "unauthorized", "401"],
    [{ reset: true }, "connectivity", "ECONNRESET"],
    [{ body: '{"words":"private"}' }, "server", "format"],
    [{ body: "<html>" }, "server", "format"],
  ])("%j ends the stream: %s", async (fault, category, code) => {
    const recording = await open([fault]);
    say(recording, "stop");
    await recording.until(() => recording.faults.length === 1);
    expect(recording.faults).toMatchObject([{ category, code }]);
    expect(recording.finals).toEqual([]);
  });

  test("an utterance that is refused twice is given up, and the next one heard", async () => {
    server = await startTranscriptionServer();
    server.next({ status: 422 }, { status: 422 });
    const ear = createEar([serviceConfig("openai", server.url)], { language: "en" });
    const heard = await callEar(
      ear!,
      audioOf(300, toneSpeech("stop").pcm, 1500, toneSpeech("go now").pcm, 800),
    );
    expect(heard.text).toBe("go now");
    expect(heard.places).not.toContain(null);
  });

  test("is tried with silence, after it had failed", async () => {
    await open([], true);
    expect(server.requests).toMatchObject([{ audioMs: 500 }]);
    await server.close();
    await expect(open([], true, "another")).rejects.toMatchObject({ category: "unauthorized" });
  });

  test("a closed stream says nothing more", async () => {
    const recording = await open([{ delayMs: 100 }]);
    say(recording, "stop");
    recording.recognition.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([recording.told, recording.faults]).toEqual([[], []]);
  });
});
