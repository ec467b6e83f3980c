import fc from "fast-check";
import { COCO_NAMES } from "../../../orchestrator/turn/coco.ts";
import type {
  Box,
  QualityHint,
  Sighting,
  VerdictReason,
  VerdictValue,
} from "../../../orchestrator/turn/turn.ts";

interface SeenOptions {
  readonly reason?: VerdictReason;
  readonly hint?: QualityHint;
}

/** What a detector saw in a picture of 1280×720 pixels. */
export function seen(value: VerdictValue, boxes: readonly Box[], options: SeenOptions = {}): Sighting {
  const reason = options.reason ?? (value === "clear" ? "no-person" : "person-detected");
  return {
    verdict: { value, score: null, reason, boxes, model: null, ms: null, sha256: "" },
    width: 1280,
    height: 720,
    hint: options.hint ?? null,
  };
}

/** A square box around a column of the picture. */
export function box(label: string, score: number, centre: number, side: number): Box {
  return { label, score, x: centre - side / 2, y: 100, width: side, height: side };
}

/** Two people and a dog. */
export const twoAndDog = seen("person", [
  box("dog", 0.8, 1150, 200),
  box("person", 0.9, 100, 400),
  box("person", 0.85, 1200, 380),
]);
/** Things of a kitchen; the couch is doubtful. */
export const kitchen = seen("clear", [
  box("refrigerator", 0.9, 100, 500),
  box("chair", 0.7, 600, 200),
  box("chair", 0.6, 680, 210),
  box("tv", 0.8, 1200, 150),
  box("couch", 0.4, 640, 300),
]);
/** A picture in which nothing was detected. */
export const nothing = seen("clear", []);

/** Whatever a detector may say of a picture. */
export function anySighting(): fc.Arbitrary<Sighting> {
  const anyBox = fc
    .tuple(
      fc.constantFrom(...COCO_NAMES, "person"),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(1280),
      fc.nat(700),
    )
    .map(([label, score, centre, side]) => box(label, score, centre, side));
  return fc
    .record({
      value: fc.constantFrom("clear" as const, "person" as const, "unknown" as const),
      boxes: fc.array(anyBox, { maxLength: 12 }),
      hint: fc.constantFrom(undefined, "too-dark" as const, "blurred" as const),
      reason: fc.constantFrom("uncertain" as const, "gate-timeout" as const, "first-frame" as const),
    })
    .map(({ value, boxes, hint, reason }) =>
      seen(value, boxes, { ...(hint && { hint }), ...(value === "unknown" && { reason }) }),
    );
}
