import { expect, test } from "vitest";
import { toSpans } from "../../../orchestrator/turn/spans.ts";
import type { Mark } from "../../../orchestrator/turn/turn.ts";

const marks: Readonly<Partial<Record<Mark, number>>> = { "turn-start": 10_180, "route-chosen": 10_184.26 };
const run = { markedAtMs: (mark: Mark) => marks[mark] ?? null };

test("everything is counted from the end of the question, to the tenth of a millisecond", () => {
  const before = { spokeAtMs: 8600, prefills: [{ fromMs: 8700, toMs: 9100.04 }] };
  const live = { run, before, endedAtMs: 10_000, committedAtMs: 10_505.5, startedAtMs: 10_512 };
  expect(toSpans(live, 12_600)).toEqual({
    spokeMs: -1400,
    prefills: [{ fromMs: -1300, toMs: -900 }],
    committedMs: 505.5,
    startedMs: 180,
    routedMs: 184.3,
    requestedMs: null,
    firstTokenMs: null,
    lastTokenMs: null,
    firstAudioMs: 512,
    overMs: 2600,
  });
});

test("what did not happen is null", () => {
  const before = { spokeAtMs: null, prefills: [] };
  const live = { run: undefined, before, endedAtMs: 0, committedAtMs: 0, startedAtMs: null };
  expect(toSpans(live, 5)).toMatchObject({ spokeMs: null, startedMs: null, firstAudioMs: null, overMs: 5 });
});
