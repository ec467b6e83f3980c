import { afterAll, describe, expect, test } from "vitest";
import type { SpeechServiceConfig, SttName } from "../../../orchestrator/config.ts";
import { createEar } from "../../../orchestrator/speech/ear.ts";
import type { Ear } from "../../../orchestrator/speech/speech.ts";
import { audioOf, callEar } from "../../standins/stt/call-ear.ts";
import { startTranscriptionServer } from "../../standins/stt/openai-transcription-server.ts";
import { serviceConfig, SOCKET_SERVICES, startService } from "../../standins/stt/services.ts";
import type { SttServer, SttServerOptions } from "../../standins/stt/socket-server.ts";
import { toneSpeech } from "../../standins/stt/tones.ts";

const QUESTION = "what is in front of me";
const question = audioOf(300, toneSpeech(QUESTION).pcm, 1200);
const running: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(running.map((server) => server.close())));

async function start(
  name: (typeof SOCKET_SERVICES)[number],
  options?: SttServerOptions,
): Promise<SttServer & { readonly config: SpeechServiceConfig<SttName> }> {
  const server = await startService(name, options);
  running.push(server);
  return Object.assign(server, { config: serviceConfig(name, server.url) });
}

async function startOpenai() {
  const server = await startTranscriptionServer({ apiKey: "secret" });
  running.push(server);
  return Object.assign(server, { config: serviceConfig("openai", server.url) });
}

function earOf(...servers: readonly { readonly config: SpeechServiceConfig<SttName> }[]): Ear {
  const ear = createEar(
    servers.map(({ config }) => config),
    { language: "en" },
  );
  if (ear === undefined) throw new Error("no ear");
  return ear;
}

test("without a service there is no ear", () => {
  expect(createEar([], { language: "en" })).toBeUndefined();
});

describe.concurrent("hearing", () => {
  describe.each(SOCKET_SERVICES)("%s", (name) => {
    test("the words come as finals, soon after the end of speech", async () => {
      const server = await start(name);
      const heard = await callEar(earOf(server), question);
      expect(heard.text).toBe(QUESTION);
      expect(heard.lastFinalAfterMs).toBeLessThan(450 + heard.lagMs);
      expect(heard.places).toEqual([name]);
      expect(server.connections).toHaveLength(1);
    });

    test("two utterances, both heard", async () => {
      const server = await start(name);
      const two = audioOf(300, toneSpeech("stop").pcm, 700, toneSpeech("go now please").pcm, 700);
      const heard = await callEar(earOf(server), two);
      expect(heard.text).toBe("stop go now please");
      expect(server.connections).toHaveLength(1);
    });

    test("a socket that is reset in mid-utterance loses no word and costs no second", async () => {
      const server = await start(name);
      const ear = earOf(server);
      let isCut = false;
      const heard = await callEar(ear, question, {
        onAudio: (saidMs) => {
          if (isCut || saidMs < 1150) return;
          isCut = true;
          server.cut();
        },
      });
      expect(heard.text).toBe(QUESTION);
      expect(server.connections).toHaveLength(2);
      expect(heard.lastFinalAfterMs).toBeLessThan(600 + heard.lagMs);
    });

    test("a half-open connection is replaced", async () => {
      const server = await start(name);
      server.next({ halfOpenAfterMs: 400 });
      const long = `${QUESTION} there a red cup on the table and two people`;
      const heard = await callEar(earOf(server), audioOf(300, toneSpeech(long).pcm, 1800));
      expect(heard.text).toBe(long);
      expect(server.connections).toHaveLength(2);
    });
  });

  test("openai: a request for each utterance", async () => {
    const server = await startOpenai();
    const two = audioOf(300, toneSpeech("stop").pcm, 700, toneSpeech("go now please").pcm, 700);
    const heard = await callEar(earOf(server), two);
    expect(heard.finals).toEqual(["stop", "go now please"]);
    expect(heard.lastFinalAfterMs).toBeLessThan(500 + heard.lagMs);
    expect(server.requests).toHaveLength(2);
  });
});
