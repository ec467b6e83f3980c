import { z } from "zod";
import type { Frame, Verdict, VerdictReason, VerdictValue } from "../turn/turn.ts";

/** Which reasons a gate may give for which word. */
const REASONS: Readonly<Record<VerdictValue, readonly VerdictReason[]>> = {
  clear: ["no-person"],
  person: ["person-detected", "person-on-second-look"],
  unknown: [
    "uncertain",
    "bad-quality",
    "gate-unready",
    "gate-busy",
    "gate-timeout",
    "gate-garbage",
    "superseded",
  ],
};

const score = z.number().min(0).max(1);
const pixels = z.number().min(-1e5).max(1e5);

const box = z.object({
  label: z.string().regex(/^[a-z][a-z ]{0,31}$/),
  score,
  x: pixels,
  y: pixels,
  width: pixels.min(0),
  height: pixels.min(0),
});

/** What `POST /v1/judge` answers; boxes are in pixels of the posted JPEG. */
const answer = z
  .object({
    verdict: z.enum(["clear", "person", "unknown"]),
    reason: z.string(),
    /** What the verdict rests on. */
    score: score.nullable(),
    /** Person scores of all looks; the first is the plain one. */
    looks: z.array(score).max(64).default([]),
    boxes: z.array(box).max(1000),
    model: z.string().max(200).nullable(),
    ms: z.number().min(0).nullable(),
    sha256: z.string().nullable(),
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
  })
  .refine((answer) => REASONS[answer.verdict].some((reason) => reason === answer.reason));

/** A verdict of a gate that said nothing that can be believed. */
export function unknownVerdict(frame: Frame, reason: VerdictReason): Verdict {
  return {
    value: "unknown",
    score: null,
    reason,
    boxes: [],
    model: null,
    ms: null,
    sha256: frame.gated.sha256,
  };
}

/**
 * The gate's answer about this frame, boxes in the frame's own pixels; `unknown` when it is malformed,
 * contradicts itself, or is about other bytes. `clear` must come with a score below `personScore`,
 * and so must every person box.
 */
export function toVerdict(text: string, frame: Frame, personScore: number): Verdict {
  const parsed = answer.safeParse(parseJson(text));
  if (!parsed.success) return unknownVerdict(frame, "gate-garbage");
  const { verdict: value, reason, boxes, looks, sha256, width, height, ...rest } = parsed.data;
  const { gated } = frame;
  const same = sha256 === gated.sha256 && width === gated.width && height === gated.height;
  if (value === "unknown" && !same) {
    return unknownVerdict(frame, sha256 === null ? (reason as VerdictReason) : "other-bytes");
  }
  if (!same) return unknownVerdict(frame, "other-bytes");
  const people = boxes.filter((box) => box.label === "person").map((box) => box.score);
  if (value === "clear" && !(Math.max(rest.score ?? Infinity, ...people) < personScore)) {
    return unknownVerdict(frame, "gate-garbage");
  }
  const scaleX = frame.width / gated.width;
  const scaleY = frame.height / gated.height;
  return {
    value,
    score: looks[0] ?? rest.score,
    reason: reason as VerdictReason,
    boxes: boxes.map((box) => ({
      label: box.label,
      score: box.score,
      x: box.x * scaleX,
      y: box.y * scaleY,
      width: box.width * scaleX,
      height: box.height * scaleY,
    })),
    model: rest.model,
    ms: rest.ms,
    sha256: gated.sha256,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
