import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAssemblyai } from "../../../../orchestrator/speech/stt/assemblyai.ts";
import { createDeepgramFlux } from "../../../../orchestrator/speech/stt/deepgram-flux.ts";
import { createDeepgram } from "../../../../orchestrator/speech/stt/deepgram.ts";
import { createOpenaiRealtime } from "../../../../orchestrator/speech/stt/openai-realtime.ts";
import { record } from "../../../standins/stt/recording.ts";
import { startScriptedServer } from "../../../standins/stt/scripted-server.ts";
import { serviceConfig } from "../../../standins/stt/services.ts";

const recognisers = {
  deepgram: createDeepgram,
  "deepgram-flux": createDeepgramFlux,
  assemblyai: createAssemblyai,
  "openai-realtime": createOpenaiRealtime,
} as const;

const TYPES = [
  "Results",
  "TurnInfo",
  "Turn",
  "Error",
  "error",
  "input_audio_buffer.committed",
  "conversation.item.input_audio_transcription.completed",
  "conversation.item.input_audio_transcription.delta",
];

/** Messages of the right type whose members are of any form. */
const message = fc
  .tuple(fc.constantFrom(...TYPES), fc.dictionary(memberName(), fc.jsonValue({ maxDepth: 2 })))
  .map(([type, members]) => ({ ...members, type }));

function memberName(): fc.Arbitrary<string> {
  return fc.constantFrom(
    "is_final",
    "start",
    "channel",
    "event",
    "transcript",
    "words",
    "error",
    "item_id",
    "turn_order",
  );
}

describe.each(Object.entries(recognisers))("%s", (name, create) => {
  test("whatever it is told, a stream goes on or ends with a fault, and throws nothing", async () => {
    const server = await startScriptedServer((client) => client.say({ type: "Begin" }));
    const config = serviceConfig(name as keyof typeof recognisers, server.url);
    try {
      await fc.assert(
        fc.asyncProperty(message, async (told) => {
          const { recognition, faults, signs, until } = await record(create(config, { language: "en" }));
          recognition.speechStarted();
          recognition.push(new Int16Array(1600).fill(1000));
          recognition.speechEnded();
          await until(() => signs() > 0);
          const before = signs();
          server.clients.at(-1)?.say(told);
          server.clients.at(-1)?.say({ type: "Begin" });
          await until(() => signs() > before || faults.length > 0);
          expect(signs() > before || faults.length === 1).toBe(true);
          recognition.close();
        }),
        { numRuns: 60 },
      );
    } finally {
      await server.close();
    }
  });
});
