import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { RunningGate } from "../../inference/gate/start.ts";
import { compose, type Stack } from "../../orchestrator/compose.ts";
import { runTurn } from "../../orchestrator/run-turn.ts";
import { createConversation } from "../../orchestrator/turn/conversation.ts";
import type { Gate } from "../../orchestrator/turn/ports.ts";
import type { Frame, FrameSource } from "../../orchestrator/turn/turn.ts";
import { frameFromBytes } from "../../orchestrator/vision/photo.ts";
import { type OpenaiServer, startOpenaiServer } from "../standins/openai-server.ts";
import { clearPicture, personPicture, startStubGate } from "../standins/photo-files.ts";

let gate: RunningGate;
let cloud: OpenaiServer;
let stack: Stack;

beforeAll(async () => {
  gate = await startStubGate();
  cloud = await startOpenaiServer({ models: [{ id: "gpt-4o", owned_by: "openai" }] });
  vi.stubEnv("GATE_URL", gate.url);
  vi.stubEnv("CLOUD_ENGINE_URL", cloud.url);
  vi.stubEnv("CLOUD_ENGINE_MODEL", "gpt-4o");
  vi.stubEnv("CLOUD_ENGINE_API_KEY", "key");
  vi.stubEnv("LOG_LEVEL", "silent");
  stack = await compose();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await stack.close();
  await cloud.close();
  await gate.close();
});

const frameOf = (bytes: Uint8Array, source: FrameSource): Promise<Frame> =>
  frameFromBytes(bytes, { source, capturedAtMs: performance.now() });

/** Asks about a frame as the program does; undefined: the gate for photos. */
async function ask(frame: Frame, ownGate: Gate | undefined) {
  const camera = { recent: () => [frame], next: () => Promise.resolve(undefined) };
  const runner = {
    ...stack,
    ports: stack.ports(camera, ownGate),
    conversation: createConversation(frame.id),
    contextTokens: 14_000,
    localPictures: 11,
    transport: "terminal",
  };
  return runTurn(runner, "What is in front of me?", new AbortController().signal, { onText: () => {} });
}

const counted = async (): Promise<readonly number[]> => {
  const text = await stack.metrics.exposition();
  return ["clear", "not-clear"].map((judged) =>
    Number(
      new RegExp(`^sightline_cloud_pictures_total\\{judged="${judged}"\\} (\\d+)$`, "m").exec(text)?.[1],
    ),
  );
};

test("a photo that the gate judged clear is counted as such where it leaves for the cloud", async () => {
  const { report } = await ask(await frameOf(await clearPicture(), "photo"), undefined);
  expect(report.route).toEqual({ engine: "cloud", reason: "no-person" });
  expect(await counted()).toEqual([1, 0]);
});

test("so is a frame of a call, by the gate of its stream", async () => {
  const ownGate = stack.gateForStream();
  const { signal } = new AbortController();
  // A stream's first frame is not believed.
  await ownGate(await frameOf(await clearPicture(640, 384, 2), "camera"), signal);
  const frame = await frameOf(await clearPicture(640, 384, 3), "camera");
  const { report } = await ask(frame, ownGate);
  expect(report.route).toEqual({ engine: "cloud", reason: "no-person" });
  expect(await counted()).toEqual([2, 0]);
});

test("a picture of a person does not leave, and counts as nothing", async () => {
  const { report } = await ask(await frameOf(await personPicture(), "photo"), undefined);
  expect(report.route?.engine).not.toBe("cloud");
  expect(await counted()).toEqual([2, 0]);
});
