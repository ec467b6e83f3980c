import { expect, test } from "vitest";
import { rowsOf, type Step } from "../../../bench/livekit/capacity-rows.ts";

/** A step with forty turns, some of them late. */
function step(calls: number, late: number, refused = false): Step {
  const latencies = Array.from({ length: 40 }, (_, at) => (at < late ? 1300 : 600));
  return { calls, latencies, lost: 0, cpu: 0.1, residentMb: 100, refused };
}

const measured = (...steps: readonly Step[]) =>
  rowsOf("x", steps).map(({ measured, met }) => [measured, met]);

test("calls count as held up to the first step with more late turns than chance", () => {
  expect(measured(step(1, 0), step(2, 2), step(2, 0, true))).toEqual([
    ["2", null],
    ["refused at 2, then on time", true],
  ]);
  expect(measured(step(1, 0), step(2, 3), step(3, 0), step(3, 0, true))[0]).toEqual(["1", null]);
});

test("turns that were lost are late, and late beyond the limit is a promise not kept", () => {
  const lost = { ...step(2, 0, true), lost: 3 };
  expect(measured(step(1, 0), lost)).toEqual([
    ["1", null],
    ["refused at 2, then late", false],
  ]);
});

test("without a refusal, none is shown to have been on time", () => {
  expect(measured(step(1, 0), step(2, 0))[1]).toEqual(["no refusal up to 2", false]);
  expect(measured()[1]).toEqual(["no refusal up to 0", false]);
});
