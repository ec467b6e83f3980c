import { setTimeout as wait } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { CallEvent } from "../../../orchestrator/session/call-events.ts";
import { joinAsGuest, type Guest } from "./guest.ts";
import { AGENT, withStage } from "./stage.ts";

const { stage, staged } = withStage();

async function enter(room: string, identity: string, microphone = true) {
  const guest = await joinAsGuest(stage().access, { room, identity, agentName: AGENT, microphone });
  const call = await staged().calls.of(identity);
  return { guest, call };
}

test("events come to the caller in order, as JSON of their topic, and to nobody else", async () => {
  const { guest, call } = await enter("events", "anna");
  const other = await joinAsGuest(stage().access, {
    room: "events",
    identity: "listener",
    microphone: false,
  });
  const events: readonly CallEvent[] = [
    { type: "speech", ear: "deepgram", voice: "elevenlabs" },
    { type: "rate", rate: 1.2, by: "persona" },
    { type: "state", state: "thinking" },
    { type: "caption", turn: "t1", text: "A dog." },
    { type: "ended", reason: "hung-up" },
  ];
  for (const event of events) call.options.onEvent(event);
  await expect.poll(() => told(guest)).toEqual(events);
  expect(told(other)).toEqual([]);
  await guest.leave();
  await other.leave();
});

test("a caller who listens slowly gets the newest words of an utterance, not every one of them", async () => {
  const { guest, call } = await enter("interims", "ben");
  for (let at = 0; at < 300; at++) {
    call.options.onEvent({ type: "heard", segment: "u1", text: `word ${at}`, final: false });
  }
  call.options.onEvent({ type: "heard", segment: "u1", text: "all words", final: true });
  await expect.poll(() => told(guest).at(-1)).toMatchObject({ text: "all words", final: true });
  expect(told(guest).length).toBeLessThan(20);
  await guest.leave();
});

test("words and answers come as LiveKit's own transcriptions, and the agent's state as an attribute", async () => {
  const { guest, call } = await enter("transcripts", "carla");
  const microphone = [...guest.room.localParticipant!.trackPublications.keys()][0]!;
  await expect.poll(() => call.heard.length).toBeGreaterThan(0);
  const say = (event: CallEvent): void => call.options.onEvent(event);
  say({ type: "heard", segment: "u1", text: "what is", final: false });
  await expect.poll(() => guest.transcripts.length).toBe(1);
  say({ type: "heard", segment: "u1", text: "what is this", final: true });
  say({ type: "state", state: "thinking" });
  await expect.poll(() => guest.transcripts.length).toBe(2);
  expect(guest.transcripts.map(({ text, attributes }) => [text, attributes])).toEqual([
    [
      "what is",
      { "lk.segment_id": "u1", "lk.transcription_final": "false", "lk.transcribed_track_id": microphone },
    ],
    [
      "what is this",
      { "lk.segment_id": "u1", "lk.transcription_final": "true", "lk.transcribed_track_id": microphone },
    ],
  ]);
  const agent = [...guest.room.remoteParticipants.values()][0]!;
  await expect.poll(() => agent.attributes["lk.agent.state"]).toBe("thinking");
  expect(agent.attributes["lk.agent.name"]).toBe(AGENT);

  say({ type: "caption", turn: "t1", text: "A dog, generated." });
  say({ type: "spoken", turn: "t1", text: "A dog " });
  say({ type: "spoken", turn: "t1", text: "on a sofa." });
  say({ type: "answer-end", turn: "t1", text: "A dog on a sofa.", interrupted: false });
  await expect.poll(() => guest.transcripts.at(-1)?.text).toBe("A dog on a sofa.");
  expect(guest.transcripts.at(-1)?.attributes).toMatchObject({ "lk.segment_id": "t1" });
  expect(guest.transcripts.at(-1)?.attributes["lk.transcribed_track_id"]).toMatch(/^TR_/);

  // Without a voice, what is generated is all there is.
  say({ type: "speech", ear: null, voice: null });
  say({ type: "caption", turn: "t2", text: "Two chairs." });
  say({ type: "answer-end", turn: "t2", text: "Two chairs.", interrupted: false });
  await expect.poll(() => guest.transcripts.at(-1)?.text).toBe("Two chairs.");
  await guest.leave();
});

test("requests and chat messages of the caller are served; of others, malformed ones and floods are not", async () => {
  const { guest, call } = await enter("requests", "dora", false);
  const other = await joinAsGuest(stage().access, {
    room: "requests",
    identity: "stranger",
    microphone: false,
  });
  await other.send("sightline.request", { type: "ask", text: "who is there?" });
  await other.room.localParticipant!.sendText("and here?", { topic: "lk.chat" });
  await guest.send("sightline.request", { type: "rate", rate: 9 });
  await guest.send("sightline.request", { type: "dance" });
  await guest.room.localParticipant!.publishData(new Uint8Array([0xff, 0xfe]), {
    reliable: true,
    topic: "sightline.request",
  });
  await guest.send("sightline.request", { type: "ask", text: "  what is this?  " });
  await guest.send("sightline.request", { type: "command", command: "repeat" });
  await guest.room.localParticipant!.sendText("and this?", { topic: "lk.chat" });
  await vi.waitFor(() =>
    expect(call.requests).toEqual([
      { type: "ask", text: "what is this?" },
      { type: "command", command: "repeat" },
      { type: "ask", text: "and this?" },
    ]),
  );
  for (let at = 0; at < 60; at++) await guest.send("sightline.request", { type: "ask", text: `flood ${at}` });
  await guest.send("other", {});
  await wait(1000);
  await guest.send("sightline.request", { type: "ask", text: "last" });
  await vi.waitFor(() => expect(call.requests.at(-1)).toEqual({ type: "ask", text: "last" }), 3000);
  expect(call.requests.length).toBeGreaterThan(10);
  expect(call.requests.length).toBeLessThan(40);
  await guest.leave();
  await other.leave();
});

function told(guest: Guest): readonly CallEvent[] {
  return guest.data
    .filter(({ topic }) => topic === "sightline.event")
    .map(({ text }) => JSON.parse(text) as CallEvent);
}
