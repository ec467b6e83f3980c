import { atHours, clockHour, type Size } from "./clock.ts";
import { counted, isCocoName, PERSON } from "./coco.ts";
import type { Language } from "./language.ts";
import type { Box, Verdict } from "./turn.ts";

/**
 * From this score on a person is certain enough to contradict an answer that denies people. No
 * picture without people of the labelled set reaches 0.40 (`person-gate.md` §9).
 */
const CERTAIN_PERSON_SCORE = 0.5;
/** Below this score a thing is not worth a word. */
const THING_SCORE = 0.35;
/** Below this score a person is not a person for the gate either. */
const PERSON_SCORE = 0.2;
const MOST_FACTS = 12;

/**
 * The detector's line for the prompt, or an empty string when it has nothing to say. It names no
 * person for a clear picture, whose prompt may leave the box.
 */
export function detectorFacts(verdict: Verdict, size: Size, fieldOfViewDeg: number): string {
  const boxes = verdict.boxes.filter(
    (box) => isWorthAWord(box) && !(verdict.value === "clear" && box.label === PERSON),
  );
  if (boxes.length === 0) return "";
  const facts = byImportance(boxes)
    .slice(0, MOST_FACTS)
    .map((box) => fact(box, size, fieldOfViewDeg));
  return `Detector: ${facts.join("; ")}; may be incomplete.`;
}

/** How many people the detector is certain of; zero for a clear picture. */
export function certainPersons(verdict: Verdict): number {
  return verdict.value === "clear" ? 0 : certainPersonBoxes(verdict).length;
}

/** The sentence that takes the place of a denial the detector contradicts. */
export function personHedge(
  verdict: Verdict,
  size: Size,
  fieldOfViewDeg: number,
  language: Language = "en",
): string {
  const persons = byImportance(certainPersonBoxes(verdict));
  const at = atHours(hoursOf(persons, size, fieldOfViewDeg), language);
  const seen = `${counted(PERSON, persons.length, language)}, ${at}`;
  return language === "de"
    ? `Menschen kann ich nicht ausschließen: Die Erkennung sieht ${seen}.`
    : `I can't rule out people: the detector sees ${seen}.`;
}

/** The distinct hours of the boxes, from left to right. */
export function hoursOf(boxes: readonly Box[], size: Size, fieldOfViewDeg: number): readonly number[] {
  const hours = new Set(
    [...boxes]
      .sort((a, b) => centreOf(a) - centreOf(b))
      .map((box) => clockHour(centreOf(box), size, fieldOfViewDeg)),
  );
  return [...hours];
}

/** People first, then the largest: what is large in the picture is near or matters. */
export function byImportance(boxes: readonly Box[]): readonly Box[] {
  return [...boxes].sort(
    (a, b) => Number(b.label === PERSON) - Number(a.label === PERSON) || areaOf(b) - areaOf(a),
  );
}

/** The column of the box's centre, in pixels. */
export function centreOf(box: Box): number {
  return box.x + box.width / 2;
}

function certainPersonBoxes(verdict: Verdict): readonly Box[] {
  return verdict.boxes.filter((box) => box.label === PERSON && box.score >= CERTAIN_PERSON_SCORE);
}

function areaOf(box: Box): number {
  return box.width * box.height;
}

function isWorthAWord(box: Box): boolean {
  return isCocoName(box.label) && box.score >= (box.label === PERSON ? PERSON_SCORE : THING_SCORE);
}

function fact(box: Box, size: Size, fieldOfViewDeg: number): string {
  const hour = clockHour(centreOf(box), size, fieldOfViewDeg);
  const notes = [box.score.toFixed(2), ...distanceAndSize(box, size)];
  const possibly = box.label === PERSON && box.score < CERTAIN_PERSON_SCORE ? "possibly a " : "";
  return `${possibly}${box.label} at ${hour} o'clock (${notes.join(", ")})`;
}

/** Words for how much of the picture a box takes; the limits are a judgement, not a measurement. */
function distanceAndSize(box: Box, size: Size): readonly string[] {
  const reach = Math.max(box.width / size.width, box.height / size.height);
  const share = areaOf(box) / (size.width * size.height);
  return [
    ...(reach >= 0.5 ? ["near"] : reach < 0.2 ? ["far"] : []),
    ...(share >= 0.2 ? ["large"] : share < 0.01 ? ["small"] : []),
  ];
}
