import { type Condition, toCondition } from "./condition.ts";
import type { Picture } from "./picture.ts";
import type { Box } from "./rows.ts";
import type { Sighting } from "./sight.ts";
import type { View } from "./views.ts";

/** `stream`: one of many frames, cheap. `photo`: asked about once, so that more looks are worth it. */
export type JudgeMode = "stream" | "photo";

/** The gate's word on one picture. Anything but `clear` counts as a person. */
export interface Judgement {
  readonly verdict: "clear" | "person" | "unknown";
  readonly reason:
    | "no-person"
    | "person-detected"
    | "person-on-second-look"
    | "uncertain"
    | "gate-unready"
    | "gate-busy"
    | "superseded";
  /** Person score that the verdict rests on: of the first look, or the mean over the looks of its step; null when none was taken. */
  readonly score: number | null;
  /** In the pixels of the upright picture; without people when the verdict is `clear`. */
  readonly boxes: readonly Box[];
  /** Person scores of all looks, in the order in which they were taken. */
  readonly looks: readonly number[];
}

/** A judgement without what only the looks themselves can tell. */
type Conclusion = Omit<Judgement, "looks">;

/** Takes one look at the picture that is being judged; boxes come back in its own pixels. */
export type Look = (view: View) => Promise<Sighting>;

// Every number below is explained and measured in docs/decisions/008-the-gate-looks-more-than-once.md.

/** One look at the frame's own size decides most pictures. */
const FIRST: View = { longSide: 640 };
const PERSON_AT_ONCE = 0.6;
const STREAM_DOUBT = 0.1;

/** What one look overlooks or imagines, the next ones mostly do not: their mean decides. */
const STREAM_AGAIN: readonly View[] = [{ longSide: 512, mirrored: true }];
const PHOTO_AGAIN: readonly View[] = [
  { longSide: 512 },
  { longSide: 512, mirrored: true },
  { longSide: 512, softened: true },
  { longSide: 640, mirrored: true, softened: true },
];
const PERSON = 0.4;
const DOUBT = 0.2;
/** Scores of black and white pictures count for less: they raise more false alarms, and have looks of their own. */
const COLOURLESS_WEIGHT = 0.6;
const DOUBT_FLAT = 0.1;
const DOUBT_CLIPPED = 0.025;

/** All looks of such a row must agree; the first that does not ends it. */
const TURNED: readonly (readonly View[])[] = ([1, 2, 3] as const).map((turns) =>
  [416, 640, 512].map((longSide) => ({ longSide, turns })),
);
const AGREED_TURNED = 0.34;
const ENLARGED: readonly View[] = [{ longSide: 704 }, { longSide: 960 }];
const AGREED_ENLARGED = 0.25;

/** A small picture at its own size. */
const SMALL: readonly View[] = [{ longSide: 192 }, { longSide: 256 }, { longSide: 320 }];
const DOUBT_SMALL = 0.1;

/** Looks at a picture until the verdict is sure, or all looks are taken. */
export async function judgePicture(picture: Picture, mode: JudgeMode, look: Look): Promise<Judgement> {
  const looks: number[] = [];
  const noting: Look = async (view) => {
    const sighting = await look(view);
    looks.push(sighting.score);
    return sighting;
  };
  const first = await noting(FIRST);
  if (first.score >= PERSON_AT_ONCE) return { ...toPerson("person-detected", first), looks };
  if (mode === "stream" && first.score < STREAM_DOUBT) return { ...toClear(first), looks };

  const condition = toCondition(picture);
  const together = await lookTogether(noting, mode === "stream" ? STREAM_AGAIN : PHOTO_AGAIN, [first]);
  const mean = condition.colourless ? { ...together, score: COLOURLESS_WEIGHT * together.score } : together;
  if (mean.score >= PERSON) return { ...toPerson("person-on-second-look", mean), looks };
  if (mean.score >= toDoubt(condition)) return { ...toUncertain(mean), looks };
  if (mode === "stream") return { ...toClear(mean), looks };
  return { ...((await lookHarder(noting, condition)) ?? toClear(mean)), looks };
}

/** Looks for what hides from an upright look at the usual size; undefined when there is nothing. */
async function lookHarder(look: Look, condition: Condition): Promise<Conclusion | undefined> {
  if (condition.small) {
    const found = await lookTogether(look, SMALL, []);
    if (found.score >= DOUBT_SMALL) return toUncertain(found);
  }
  if (condition.colourless) {
    const found = await lookUnanimously(look, ENLARGED, AGREED_ENLARGED);
    if (found !== undefined) return toUncertain(found);
  }
  for (const views of TURNED) {
    const found = await lookUnanimously(look, views, AGREED_TURNED);
    if (found !== undefined)
      return found.score >= PERSON ? toPerson("person-on-second-look", found) : toUncertain(found);
  }
  return undefined;
}

/** The lowest mean score at which the picture may hold a person. */
function toDoubt(condition: Condition): number {
  if (condition.clipped) return DOUBT_CLIPPED;
  return condition.flat ? DOUBT_FLAT : DOUBT;
}

/** The mean score over these looks and those taken before, with the boxes of the one that scored best. */
async function lookTogether(
  look: Look,
  views: readonly View[],
  before: readonly Sighting[],
): Promise<Sighting> {
  const sightings = [...before];
  for (const view of views) sightings.push(await look(view));
  return toMean(sightings);
}

/** The lowest score when all looks reach `score`; undefined at the first that does not. */
async function lookUnanimously(
  look: Look,
  views: readonly View[],
  score: number,
): Promise<Sighting | undefined> {
  const sightings: Sighting[] = [];
  for (const view of views) {
    const sighting = await look(view);
    if (sighting.score < score) return undefined;
    sightings.push(sighting);
  }
  return { ...toMean(sightings), score: Math.min(...sightings.map((sighting) => sighting.score)) };
}

function toMean(sightings: readonly Sighting[]): Sighting {
  const best = sightings.reduce((best, sighting) => (sighting.score > best.score ? sighting : best));
  return {
    score: sightings.reduce((sum, { score }) => sum + score, 0) / sightings.length,
    boxes: best.boxes,
  };
}

function toPerson(reason: "person-detected" | "person-on-second-look", found: Sighting): Conclusion {
  return { verdict: "person", reason, ...found };
}

function toUncertain(found: Sighting): Conclusion {
  return { verdict: "unknown", reason: "uncertain", ...found };
}

/** A box that the verdict does not believe in must not reach anybody who describes the picture. */
function toClear({ score, boxes }: Sighting): Conclusion {
  return {
    verdict: "clear",
    reason: "no-person",
    score,
    boxes: boxes.filter(({ label }) => label !== "person"),
  };
}
