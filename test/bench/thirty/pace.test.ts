import { expect, test } from "vitest";
import { type Moment, paceOf, PERIOD_MS } from "../../../bench/thirty/pace.ts";

const speech = ({ speakAtMs, askAtMs }: Moment): number => Math.round(askAtMs - speakAtMs);
const hearing = ({ hearAtMs, heardAtMs }: Moment): number => Math.round(heardAtMs - hearAtMs);
const sorted = (values: readonly number[]): readonly number[] => values.toSorted((one, other) => one - other);

test("questions 2–11 and 21–30 are asked alike, and every ten take as long", () => {
  const moments = paceOf(7, 30, 1000);
  const [early, late] = [moments.slice(1, 11), moments.slice(20, 30)];
  for (const of of [speech, hearing]) expect(sorted(early.map(of))).toEqual(sorted(late.map(of)));
  for (const start of [0, 10, 19])
    expect(moments[start + 10]!.speakAtMs - moments[start]!.speakAtMs).toBeCloseTo(10 * PERIOD_MS);
});

test("one comes after the other, in an order of the seed's own", () => {
  const moments = paceOf(7, 12, 1000);
  const instants = moments.flatMap(({ speakAtMs, askAtMs, hearAtMs, heardAtMs }) => [
    speakAtMs,
    askAtMs,
    hearAtMs,
    heardAtMs,
  ]);
  expect(instants).toEqual(sorted(instants));
  expect(instants[0]).toBe(1000);
  expect(paceOf(7, 12, 1000)).toEqual(moments);
  expect(paceOf(8, 12, 1000).map(speech)).not.toEqual(moments.map(speech));
});
