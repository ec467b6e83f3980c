import { clockHour, sideOf, type Side } from "../turn/clock.ts";
import { counted, isCocoName, PERSON } from "../turn/coco.ts";
import { byImportance, centreOf, hoursOf } from "../turn/facts.ts";
import { isGateDown } from "../turn/gate-down.ts";
import { NOTICES } from "../turn/notices.ts";
import type { Box, Sighting } from "../turn/turn.ts";
import { capitalised, listed } from "../turn/words.ts";
import type { Asked } from "./describer-question.ts";

/** From this score on a person is named without a doubt; below it, `possibly a person`. */
const PLAIN_PERSON = 0.4;
const POSSIBLE_PERSON = 0.1;
/** From this score on a thing is named at all, and without a doubt. */
const THING = 0.35;
const PLAIN_THING = 0.5;
/** More groups of things than this are not listened to. */
const MOST_GROUPS = 4;

/** At most two sentences: what is wrong with the picture, if anything, and what was detected where. */
export function describe(sighting: Sighting, asked: Asked, fieldOfViewDeg: number): string {
  const seen = look(sighting, fieldOfViewDeg);
  if (seen.nothing && isGateDown(sighting.verdict.reason)) {
    return "I can't look at this picture: the detector is not answering.";
  }
  const answer = `${capitalised(answerTo(asked, seen))}.`;
  return sighting.hint === null ? answer : `${NOTICES[sighting.hint]} ${answer}`;
}

/** What the boxes amount to, in words. */
interface Seen {
  readonly nothing: boolean;
  /** `two people, at eleven and one o'clock`; empty when nothing hints at a person. */
  readonly people: string;
  readonly things: readonly Box[];
  /** Something that can be listened to; `nothing I can name` when there is nothing. */
  readonly scene: string;
  groups(things: readonly Box[]): string;
}

function look(sighting: Sighting, fieldOfViewDeg: number): Seen {
  const boxes = byImportance(sighting.verdict.boxes.filter((box) => isCocoName(box.label)));
  const things = boxes.filter((box) => box.label !== PERSON && box.score >= THING);
  const people = peopleIn(sighting, boxes, fieldOfViewDeg);
  const groups = (some: readonly Box[]): string => grouped(some, sighting, fieldOfViewDeg);
  const scene = [people, groups(things)].filter((part) => part !== "").join("; ");
  return { nothing: scene === "", people, things, scene, groups };
}

function peopleIn(sighting: Sighting, boxes: readonly Box[], fieldOfViewDeg: number): string {
  const { verdict } = sighting;
  if (verdict.value === "clear") return "";
  const persons = boxes.filter((box) => box.label === PERSON && box.score >= POSSIBLE_PERSON);
  const plain = persons.filter((box) => box.score >= PLAIN_PERSON);
  const at = (some: readonly Box[]): string => `, at ${hoursOf(some, sighting, fieldOfViewDeg)} o'clock`;
  if (plain.length > 0) return counted(PERSON, plain.length) + at(plain);
  if (persons.length > 0) return `possibly a person${at(persons.slice(0, 1))}`;
  if (verdict.reason === "person-moments-ago") return "a person was in view a moment ago";
  return verdict.value === "person" || verdict.reason === "uncertain" ? "possibly a person" : "";
}

/** `a dog and two chairs ahead; a car on the right`: nearest first, what is on one side together. */
function grouped(things: readonly Box[], sighting: Sighting, fieldOfViewDeg: number): string {
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
    const doubt = score < PLAIN_THING ? "probably " : "";
    sides.set(side, [...(sides.get(side) ?? []), `${doubt}${counted(label, count)}`]);
  }
  const parts = [...sides].map(
    ([side, named]) => `${listed(named)} ${side === "ahead" ? side : `on the ${side}`}`,
  );
  return parts.length === groups.size ? listed(parts) : parts.join("; ");
}

function answerTo(asked: Asked, seen: Seen): string {
  if (asked.type === "people") {
    return seen.people || withRest("I detect no people, but I can miss some", seen);
  }
  if (asked.type === "thing") return thingAnswer(asked, seen);
  if (asked.type === "scene") return seen.nothing ? "I detect nothing I can name" : seen.scene;
  const limit = asked.safety
    ? "I can't judge safety, I can only name what I detect"
    : "I can only name what I detect";
  return seen.nothing ? `${limit}, and here that is nothing` : `${limit}: ${seen.scene}`;
}

function thingAnswer(asked: Extract<Asked, { type: "thing" }>, seen: Seen): string {
  const found = seen.things.filter((box) => asked.labels.includes(box.label));
  if (found.length === 0) return withRest(`I detect no ${asked.word}, but I can miss things`, seen);
  return asked.way === "present" ? `yes, ${seen.groups(found)}` : seen.groups(found);
}

function withRest(denial: string, seen: Seen): string {
  return seen.nothing ? denial : `${denial}. I detect ${seen.scene}`;
}
