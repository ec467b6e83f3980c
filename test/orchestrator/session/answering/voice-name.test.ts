import { expect, test } from "vitest";
import { createVoiceName } from "../../../../orchestrator/session/answering/voice-name.ts";
import { liveOf } from "./live.ts";

test("the voice has the name of the service that speaks, and a change of it is told once", () => {
  const told: (string | null)[] = [];
  const voice = createVoiceName({ hasVoice: true, onChange: () => told.push(voice.name()) });
  const by = (name: string) => liveOf({}, { place: () => ({ name, host: "this machine" }) }).live;
  expect(voice.name()).toBe("voice");
  voice.sounds(by("espeak"));
  voice.sounds(by("espeak"));
  voice.sounds(liveOf({ readOnly: true }).live);
  voice.lost();
  voice.sounds(by("espeak"));
  expect(told).toEqual(["espeak", null, "espeak"]);
  expect(createVoiceName({ hasVoice: false, onChange: () => {} }).name()).toBeNull();
});
