import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunningGate } from "../../inference/gate/start.ts";
import { createConversation } from "../../orchestrator/turn/conversation.ts";
import { connectGate, type GateConnection } from "../../orchestrator/vision/gate-client.ts";
import { startStubGate } from "../standins/photo-files.ts";
import { sha256Of } from "../standins/sha256.ts";
import { generatedAlbum, type Known } from "./album.ts";
import { FAULTY_GATES, type FaultyGate, PATIENT, SHORT_LIMITS } from "./faulty-gates.ts";
import { buildHouse, picturesIn, POLICIES, PRIVATE_TO_CLOUD, QUESTIONS, wordsIn } from "./walls.ts";

/** Gates that answer at once, well or not. */
const GATES = ["well", "crashed", "the wrong sha", "clear with person boxes", "busy"] as const;

let album: readonly Known[];
let stub: RunningGate;
const faulty: FaultyGate[] = [];
const connections = new Map<string, GateConnection>();
beforeAll(async () => {
  album = await generatedAlbum();
  stub = await startStubGate();
  for (const name of GATES) {
    const gate = name === "well" ? stub : await FAULTY_GATES[name]!();
    if (name !== "well") faulty.push(gate);
    const limits = name === "well" ? PATIENT : SHORT_LIMITS;
    connections.set(name, connectGate(gate.url, { limits }));
  }
});
afterAll(async () => {
  await Promise.all([...connections.values()].map((connection) => connection.close()));
  await Promise.all([stub, ...faulty].map((gate) => gate.close()));
});

/** A well gate and a camera are likelier than not: turns that reach the cloud after a private one must be many, or the test can pass without one. */
const turn = fc.record({
  picture: fc.nat({ max: 7 }),
  camera: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
  gate: fc.oneof(
    { weight: 2, arbitrary: fc.constant<(typeof GATES)[number]>("well") },
    fc.constantFrom(...GATES),
  ),
  policy: fc.constantFrom(...POLICIES),
  privateToCloud: fc.constantFrom(...PRIVATE_TO_CLOUD),
  question: fc.constantFrom(...QUESTIONS),
  localUp: fc.boolean(),
});

it("no word of a private turn leaves, however the conversation goes on", async () => {
  const reached = { cloud: 0, local: 0, afterPrivate: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 2, maxLength: 6 }), async (turns) => {
      const house = await buildHouse();
      try {
        const conversation = createConversation("call");
        const secrets: string[] = [];
        const clear = new Set<string>();
        let kept = false;
        for (const [index, { picture, camera, gate, question, ...how }] of turns.entries()) {
          const known = camera ? album[picture % album.length] : undefined;
          const frame = known && { ...known.frame, capturedAtMs: performance.now() };
          const asked = `${question} Word${index}Asked.`;
          const localWords = `Word${index}Answered.`;
          const before = house.cloud.chats.length;
          const judge = connections.get(gate)!.gate;
          const { report } = await house.ask({
            ...how,
            question: asked,
            frame,
            gate: known ? (_frame, signal) => judge(known.frame, signal) : judge,
            localWords,
            conversation,
          });
          const went = house.cloud.chats.length > before;
          secrets.push(localWords);
          if (report.verdict && report.verdict.value !== "clear") secrets.push(asked);
          if (report.verdict?.value === "clear") clear.add(report.verdict.sha256);
          if (went && kept) reached.afterPrivate += 1;
          if (went) reached.cloud += 1;
          if (report.route?.engine === "local") reached.local += 1;
          kept ||= report.route?.engine === "local" || report.route?.engine === "describer";
        }
        const words = wordsIn(house.cloud.requests);
        expect(secrets.filter((secret) => words.includes(secret))).toEqual([]);
        expect(/Detector:[^"]*person[^"]*/.exec(words)).toBeNull();
        expect(words.includes("I detect") || words.includes("o'clock")).toBe(false);
        expect(
          picturesIn(house.cloud.chats)
            .map(sha256Of)
            .filter((sha256) => !clear.has(sha256)),
        ).toEqual([]);
      } finally {
        await house.close();
      }
    }),
    { numRuns: 300 },
  );
  // The property is only worth something when the cloud was asked, also after private turns.
  for (const count of Object.values(reached)) expect(count).toBeGreaterThan(0);
}, 30_000);
