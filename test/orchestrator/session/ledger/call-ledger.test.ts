import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { EngineError } from "../../../../orchestrator/errors.ts";
import { startTestCall, type TestCall } from "../../../standins/call/call.ts";
import { ringShowing, showCamera } from "../../../standins/call/camera.ts";
import { createFakeVoice } from "../../../standins/call/voice.ts";
import { engineOf, gateOf, settingsOf, verdictOf } from "../../../standins/turn.ts";

let open: TestCall | undefined;
let stopCamera = (): void => {};

afterEach(async () => {
  stopCamera();
  await open?.close();
});

test("a picture that the cloud got and did not answer is in the ledger beside the one that was answered", async () => {
  const cloud = engineOf<never>(async function* () {
    yield* [];
    throw new EngineError("cloud", "server", "http-500");
  });
  const local = engineOf<never>("A red mug.");
  open = await startTestCall("", {
    deps: {
      settings: settingsOf({ policy: "person-local" }),
      createRing: () => ringShowing({ gate: gateOf(verdictOf) }),
      ports: (ring) => ({ camera: ring, gate: ring.gate, local, cloud, describer: engineOf("A mug.") }),
      places: { cloud: { name: "cloud", model: "gpt", host: "api.example.com" } },
    },
  });
  const { call, next, ledger } = open;
  stopCamera = showCamera(call, { everyMs: 100 });
  await delay(1200);
  call.request({ type: "ask", text: "What do you see?" });
  expect((await next("answer-end")).text).toBe("A red mug.");
  expect(ledger).toMatchObject([
    { engine: { host: "api.example.com" }, reason: "no-person", frame: { verdict: "clear", persons: 0 } },
    { engine: { name: "local", host: "this machine" }, reason: "cloud-unavailable", frame: { persons: 0 } },
  ]);
  expect(new Set(ledger.map(({ turn }) => turn)).size).toBe(1);
  expect(ledger[0]?.frame?.sha256).not.toBe(ledger[1]?.frame?.sha256);
});

test("a turn that was thrown away is in the ledger with what it had sent", async () => {
  open = await startTestCall("Yes.");
  const { caller, next, ledger } = open;
  await caller.say("Tell me a joke please", {
    parts: ["Tell me", "a joke please"],
    pausesMs: { 1: 450 },
    finalMs: 150,
  });
  await next("answer-end");
  expect(ledger).toMatchObject([
    { reason: "local-only", engine: { name: "local" } },
    { reason: "local-only", engine: { name: "local" } },
  ]);
});

test("a voice that was given words and did not say them is in the ledger beside the one that did", async () => {
  const elsewhere = { name: "elevenlabs", host: "api.elevenlabs.io" };
  const here = { name: "espeak", host: "this machine" };
  open = await startTestCall("Yes.", {
    voice: createFakeVoice({ sentTo: [elsewhere, here, elsewhere, here] }),
  });
  open.call.request({ type: "ask", text: "Tell me a joke." });
  await open.next("answer-end");
  expect(open.ledger).toMatchObject([
    { engine: { name: "local" }, voice: here },
    { engine: null, reason: "voice-failed", ear: null, voice: elsewhere },
  ]);
});

test("a recogniser that got audio and gave way is in the ledger once, beside the one that heard the turn", async () => {
  const here = { name: "own", host: "this machine" };
  open = await startTestCall("Yes.");
  const { caller, ear, next, ledger } = open;
  ear.move({ name: "deepgram", host: "api.deepgram.com" });
  ear.move(here);
  await caller.say("Tell me a joke please");
  await next("answer-end");
  const others = ledger.filter(({ reason }) => reason === "ear-failed").map((entry) => entry.ear?.name);
  expect(others).toEqual(["deepgram", "fake-ear"]);
  expect(ledger.find(({ engine }) => engine !== null)?.ear).toMatchObject(here);
  await caller.say("Tell me another joke");
  await next("answer-end");
  expect(ledger.filter(({ reason }) => reason === "ear-failed")).toHaveLength(2);
});

test("a recogniser that got audio and heard no question is in the ledger when the call ends", async () => {
  open = await startTestCall("Yes.");
  const { call, next, ledger } = open;
  await delay(200);
  call.request({ type: "ask", text: "Tell me a joke." });
  await next("answer-end");
  expect(ledger).toMatchObject([{ ear: null, engine: { name: "local" } }]);
  await call.end("left");
  expect(ledger).toHaveLength(2);
  expect(ledger[1]).toMatchObject({
    reason: "listened",
    ear: { name: "fake-ear" },
    engine: null,
    voice: null,
  });
});

test("a call without a sound of the caller names no recogniser", async () => {
  open = await startTestCall("Yes.", { deaf: true });
  await open.call.end("left");
  expect(open.ledger).toEqual([]);
});
