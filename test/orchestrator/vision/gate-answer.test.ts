import * as fc from "fast-check";
import { expect, it } from "vitest";
import { toVerdict } from "../../../orchestrator/vision/gate-answer.ts";
import { busyFrame } from "./pictures.ts";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const box = fc.record({
  label: fc.constantFrom("person", "dog"),
  score: share,
  x: fc.nat(600),
  y: fc.nat(600),
  width: fc.nat(600),
  height: fc.nat(600),
});
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, "", "clear", "person", "no-person", -1, 2, 0.19, 0.2, 0.21, [], {}),
  fc.jsonValue(),
);
const field = fc.constantFrom(
  "verdict",
  "reason",
  "score",
  "boxes",
  "sha256",
  "width",
  "height",
  "ms",
  "model",
);
const wrong = fc.dictionary(field, odd, { minKeys: 1, maxKeys: 4 });
const plausible = fc.record({ boxes: fc.array(box, { maxLength: 3 }), score: share });

it("is clear only when the gate says so of these bytes and no person scored", async () => {
  const frame = await busyFrame({ width: 1280, height: 960 });
  const { sha256, width, height } = frame.gated;
  const well = {
    verdict: "clear",
    reason: "no-person",
    score: 0.01,
    boxes: [],
    model: "fake",
    ms: 1,
    sha256,
    width,
    height,
  };
  let clear = 0;
  fc.assert(
    fc.property(fc.oneof(wrong, plausible), (change) => {
      const said = { ...well, ...change } as typeof well & {
        boxes: readonly { label: string; score: number }[];
      };
      const verdict = toVerdict(JSON.stringify(said), frame, 0.2);
      expect(verdict.sha256).toBe(sha256);
      if (verdict.value !== "clear") return;
      clear++;
      expect(said).toMatchObject({ verdict: "clear", reason: "no-person", sha256, width, height });
      expect(said.score).toBeLessThan(0.2);
      for (const { label, score } of said.boxes) expect(label !== "person" || score < 0.2).toBe(true);
    }),
    { numRuns: 1000 },
  );
  expect(clear).toBeGreaterThan(0);
});

it("believes no text that is not an answer", async () => {
  const frame = await busyFrame();
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(toVerdict(text, frame, 0.2)).toMatchObject({
        value: "unknown",
        reason: "gate-garbage",
        score: null,
      });
    }),
  );
});

it("gives the plain look's score, whatever the later looks say", async () => {
  const frame = await busyFrame({ width: 640, height: 480 });
  const { sha256, width, height } = frame.gated;
  const said = { verdict: "person", reason: "person-on-second-look", score: 0.5, looks: [0.43, 0.6] };
  const answer = JSON.stringify({ ...said, boxes: [], model: "fake", ms: 1, sha256, width, height });
  expect(toVerdict(answer, frame, 0.2)).toMatchObject({ value: "person", score: 0.43 });
});
