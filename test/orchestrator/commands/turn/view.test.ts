import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { createTurnView, type TurnViewOptions } from "../../../../orchestrator/commands/turn/view.ts";
import type { TurnEvent } from "../../../../orchestrator/turn/turn.ts";
import { turnReport } from "../../metrics/turn-report.ts";
import { frameOf, needOf, personVerdict } from "../../../standins/turn.ts";

const EVENTS: readonly TurnEvent[] = [
  { type: "need", need: needOf({ reason: "person" }) },
  { type: "verdict", verdict: personVerdict(frameOf()) },
  { type: "route", route: { engine: "local", reason: "person-in-frame" } },
];

/** Everything a turn prints. */
async function shown(options: Partial<TurnViewOptions>, report = turnReport()): Promise<string> {
  const output = new PassThrough();
  const view = createTurnView(output, { explain: false, colours: false, spinner: false, ...options });
  for (const event of EVENTS) view.onEvent(event);
  if (report.outcome !== "cancelled") for (const piece of ["One ", "person."]) view.onText(piece);
  view.end(report);
  output.end();
  return text(output);
}

it("prints the answer alone", async () => {
  expect(await shown({})).toBe("One person.\n");
});

it("explains, in the order in which it was decided", async () => {
  const lines = (await shown({ explain: true })).split("\n");
  expect(lines.map((line) => line.trim().split(/\s+/)[0])).toEqual([
    "camera",
    "gate",
    "route",
    "answer",
    "time",
    "",
  ]);
  expect(lines[1]).toContain("person 0.90 (person-detected, 1 ms): person 0.90 at 100,100,200,500");
});

it("says that an answer was stopped, also one without a word", async () => {
  expect(await shown({}, turnReport({ outcome: "cancelled" }))).toBe("  (stopped)\n");
});

it("uses colours only when they are wanted", async () => {
  const escape = "\u001B[";
  expect((await shown({ explain: true, colours: true })).includes(escape)).toBe(true);
  expect((await shown({ explain: true })).includes(escape)).toBe(false);
});
