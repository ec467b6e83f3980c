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
