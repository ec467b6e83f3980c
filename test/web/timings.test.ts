import { expect, test } from "vitest";
import { addTurn, piecesOf, type TurnRecord } from "../../web/timings.ts";

const TIMES = { silenceMs: 500, routeMs: 10, ttftMs: 100, firstAudioMs: 700 };

test("the pieces of an answer's way fill it", () => {
  expect(piecesOf(TIMES)).toEqual([
    { part: "silence", ms: 500 },
    { part: "route", ms: 10 },
    { part: "ttft", ms: 100 },
    { part: "voice", ms: 90 },
  ]);
});

test("what overlapped with the silence is not drawn beyond the whole", () => {
  const pieces = piecesOf({ ...TIMES, ttftMs: 400, firstAudioMs: 600 });
  expect(pieces).toEqual([
    { part: "silence", ms: 500 },
    { part: "route", ms: 10 },
    { part: "ttft", ms: 90 },
  ]);
});

test("without a sound there is no voice; without times there is nothing", () => {
  expect(piecesOf({ ...TIMES, firstAudioMs: null }).map(({ part }) => part)).toEqual([
    "silence",
    "route",
    "ttft",
  ]);
  expect(piecesOf({ silenceMs: null, routeMs: null, ttftMs: null, firstAudioMs: null })).toEqual([]);
});

test("turns: the newest first, each once, twenty at most", () => {
  let turns: readonly TurnRecord[] = [];
  for (let index = 0; index < 25; index += 1) turns = addTurn(turns, turn(`t${index}`));
  turns = addTurn(turns, turn("t24"));
  expect(turns).toHaveLength(20);
  expect(turns.slice(0, 2).map((record) => record.turn)).toEqual(["t24", "t23"]);
});

function turn(id: string): TurnRecord {
  return { type: "turn", turn: id, engine: "local", reason: "no-person", times: TIMES };
}
