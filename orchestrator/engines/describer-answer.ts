import { atHours, clockHour, sideOf, type Side } from "../turn/clock.ts";
import { counted, isCocoName, PERSON } from "../turn/coco.ts";
import { byImportance, centreOf, hoursOf } from "../turn/facts.ts";
import { isGateDown } from "../turn/gate-down.ts";
import type { Language } from "../turn/language.ts";
import { noticesIn } from "../turn/notices.ts";
import type { Box, Sighting } from "../turn/turn.ts";
import { capitalised } from "../turn/words.ts";
import type { Asked } from "./describer-question.ts";
import { describerWords, type DescriberWords } from "./describer-words.ts";

/** From this score on a person is named without a doubt; below it, `possibly a person`. */
const PLAIN_PERSON = 0.4;
const POSSIBLE_PERSON = 0.1;
/** From this score on a thing is named at all, and without a doubt. */
const THING = 0.35;
const PLAIN_THING = 0.5;
/** More groups of things than this are not listened to. */
const MOST_GROUPS = 4;

/** At most two sentences: what is wrong with the picture, if anything, and what was detected where. */
export function describe(sighting: Sighting, asked: Asked, manner: Manner): string {
  const words = describerWords(manner.language);
  const seen = look(sighting, words, manner);
  if (seen.nothing && isGateDown(sighting.verdict.reason)) return words.gateDown;
  const answer = `${capitalised(answerTo(asked, seen, words))}.`;
  return sighting.hint === null ? answer : `${noticesIn(manner.language)[sighting.hint]} ${answer}`;
}

/** How boxes become words. */
export interface Manner {
  readonly language: Language;
  /** Angle of view along the longer side of the picture, in degrees. */
  readonly fieldOfViewDeg: number;
}

/** What the boxes amount to, in words. */
interface Seen {
  readonly nothing: boolean;
  /** `two people, at eleven and one o'clock`; empty when nothing hints at a person. */
  readonly people: string;
  readonly things: readonly Box[];
  /** People and things, as it is listened to; empty when there is nothing. */
  readonly scene: string;
  groups(things: readonly Box[]): string;
}

function look(sighting: Sighting, words: DescriberWords, manner: Manner): Seen {
  const boxes = byImportance(sighting.verdict.boxes.filter((box) => isCocoName(box.label)));
  const things = boxes.filter((box) => box.label !== PERSON && box.score >= THING);
  const people = peopleIn(sighting, boxes, words, manner);
  const groups = (some: readonly Box[]): string => grouped(some, sighting, words, manner);
  const scene = [people, groups(things)].filter((part) => part !== "").join("; ");
  return { nothing: scene === "", people, things, scene, groups };
}

function peopleIn(
  sighting: Sighting,
  boxes: readonly Box[],
  words: DescriberWords,
  { language, fieldOfViewDeg }: Manner,
): string {
  const { verdict } = sighting;
  if (verdict.value === "clear") return "";
  const persons = boxes.filter((box) => box.label === PERSON && box.score >= POSSIBLE_PERSON);
  const plain = persons.filter((box) => box.score >= PLAIN_PERSON);
  const at = (some: readonly Box[]): string =>
    `, ${atHours(hoursOf(some, sighting, fieldOfViewDeg), language)}`;
  if (plain.length > 0) return counted(PERSON, plain.length, language) + at(plain);
  if (persons.length > 0) return words.possiblyPerson + at(persons.slice(0, 1));
  if (verdict.reason === "person-moments-ago") return words.personBefore;
  return verdict.value === "person" || verdict.reason === "uncertain" ? words.possiblyPerson : "";
}

/** `a dog and two chairs ahead; a car on the right`: nearest first, what is on one side together. */
function grouped(
  things: readonly Box[],
  sighting: Sighting,
  words: DescriberWords,
  { language, fieldOfViewDeg }: Manner,
): string {
  const groups = new Map<string, { label: string; side: Side; count: number; score: number }>();
  for (const box of things) {
    const side = sideOf(clockHour(centreOf(box), sighting, fieldOfViewDeg));
    const key = `${box.label} ${side}`;
    const group = groups.get(key);
    groups.set(key, {
      label: box.label,
      side,
      count: (group?.count ?? 0) + 1,
      score: Math.max(group?.score ?? 0, box.score),
    });
  }
  const sides = new Map<Side, string[]>();
  for (const { label, side, count, score } of [...groups.values()].slice(0, MOST_GROUPS)) {
    const thing = counted(label, count, language);
    const named = score < PLAIN_THING ? words.probably(thing) : thing;
    sides.set(side, [...(sides.get(side) ?? []), named]);
  }
  const parts = [...sides].map(([side, named]) => words.onSide(words.listed(named), side));
  return parts.length === groups.size ? words.listed(parts) : parts.join("; ");
}

function answerTo(asked: Asked, seen: Seen, words: DescriberWords): string {
  switch (asked.type) {
    case "people":
      return seen.people || denied(words.noPeople, seen, words);
    case "thing":
      return thingAnswer(asked, seen, words);
    case "scene":
      return seen.nothing ? words.nothing : seen.scene;
    case "unknowable":
      return words.limit(asked.safety, seen.scene);
  }
}

function thingAnswer(asked: Extract<Asked, { type: "thing" }>, seen: Seen, words: DescriberWords): string {
  const found = seen.things.filter((box) => asked.labels.includes(box.label));
  if (found.length === 0) return denied(words.noThing(asked.none), seen, words);
  return asked.way === "present" ? words.present(seen.groups(found)) : seen.groups(found);
}

function denied(denial: string, seen: Seen, words: DescriberWords): string {
  return seen.nothing ? denial : words.instead(denial, seen.scene);
}
