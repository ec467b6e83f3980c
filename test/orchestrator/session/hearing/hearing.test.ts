import { expect, test } from "vitest";
import type { CallEvent } from "../../../../orchestrator/session/call-events.ts";
import { createHearing } from "../../../../orchestrator/session/hearing/hearing.ts";
import { createFakeEar } from "../../../standins/call/ear.ts";

const TEN_MS = { samples: new Int16Array(160).fill(9000), sampleRate: 16_000 };

function staged({ deaf = false } = {}) {
  const ending = new AbortController();
  const events: CallEvent[] = [];
  const sounds: number[] = [];
  const ear = createFakeEar();
  const hearing = createHearing({
    ear: deaf ? undefined : ear,
    call: "call",
    signal: ending.signal,
    endpointSilenceMs: 500,
    handlers: {
      onSpeechStart: () => {},
      onPause: () => {},
      onGoesOn: () => {},
      onNoWords: () => {},
      onWords: () => "keep",
      onQuestion: () => {},
      onEnd: () => {},
      mayEnd: () => true,
    },
    emit: (event) => events.push(event),
    onPlace: () => {},
    onSound: ({ samples }) => void sounds.push(samples.length),
  });
  return { hearing, ear, events, sounds, ending };
}

test("a microphone that is switched off is followed by silence, and by nothing that was not received", () => {
  const { hearing, sounds } = staged();
  hearing.hear(TEN_MS);
  hearing.deafen();
  expect(sounds).toEqual([160, 6400]);
  // Nothing was judged of it yet.
  expect(hearing.lagMs()).toBe(410);
});

test("without an ear, and after the end, nothing is heard", () => {
  const none = staged({ deaf: true });
  const over = staged();
  over.ending.abort();
  for (const { hearing } of [none, over]) {
    hearing.hear(TEN_MS);
    hearing.deafen();
  }
  expect([none.sounds, over.sounds, none.hearing.vad]).toEqual([[], [], undefined]);
});

test("words are told under the name of their utterance; a result without words is not told", async () => {
  const { hearing, ear, events } = staged();
  const say = (type: "interim" | "final", text: string) =>
    ear.say({ atSample: 1, heard: { type, text, confidence: null } });
  say("interim", "  ");
  say("interim", "What is");
  say("final", "What is this?");
  say("interim", "And");
  await hearing.listen(once(TEN_MS)).next();
  expect(events).toEqual([
    { type: "heard", segment: "call-0", text: "What is", final: false },
    { type: "heard", segment: "call-0", text: "What is this?", final: true },
    { type: "heard", segment: "call-1", text: "And", final: false },
  ]);
});

async function* once<Item>(item: Item): AsyncGenerator<Item> {
  yield item;
}
