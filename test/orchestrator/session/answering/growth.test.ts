import fc from "fast-check";
import { expect, test } from "vitest";
import { createGrowingCall, type Event } from "./growing-call.ts";

const words = fc
  .array(fc.constantFrom("a", "red", "cup", "stands", "near", "the", "window"), {
    minLength: 1,
    maxLength: 6,
  })
  .map((all) => `${all.join(" ")}.`);

const event: fc.Arbitrary<Event> = fc.record({
  question: words,
  answer: words,
  picture: fc.constantFrom("none", "same", "new", "new"),
  facts: fc.constantFrom("", "Detector: one person, at twelve o'clock."),
  note: fc.constantFrom("", "(In one sentence.)"),
  ahead: fc.boolean(),
  ending: fc.constantFrom("heard", "heard", "barge-in", "unheard", "given-up", "notice", "goes-on"),
  /** The engine has lost every picture before it is asked. */
  lost: fc.constantFrom(false, false, false, true),
  adopt: fc.boolean(),
});

test("each request begins with the tokens of the one before it, less its last answer, whatever happened to that", () => {
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 2, maxLength: 12 }),
      fc.constantFrom(3, 100),
      (events, pictures) => {
        const call = createGrowingCall({ localPictures: pictures });
        for (const each of events) {
          const { former, next, ahead } = call.turn(each);
          if (ahead) expect(startsWith(next.ids, withoutEnd(ahead.ids))).toBe(true);
          if (!former) continue;
          if (!former.history.every((turn, at) => turn === next.history[at])) {
            // Old pictures have given way, and only where they had to.
            expect(former.mayShrink || next.adopted).toBe(true);
            continue;
          }
          expect(startsWith(next.ids, former.ids.slice(0, former.kept))).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("each picture's bytes go once, and once more when the engine has lost them", () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 12 }), (events) => {
      const call = createGrowingCall({ localPictures: 100 });
      let hasLost = false;
      for (const each of events) {
        const { sent, again } = call.turn(each);
        expect(again).toEqual([]);
        hasLost ||= each.lost;
        if (!hasLost) expect(sent).toHaveLength(each.picture === "new" ? 1 : 0);
      }
    }),
    { numRuns: 200 },
  );
});

function startsWith(ids: readonly number[], beginning: readonly number[]): boolean {
  return beginning.every((id, at) => ids[at] === id);
}

/** Without the end of the message and the beginning of the answer. */
function withoutEnd(ids: readonly number[]): readonly number[] {
  return ids.slice(0, -5);
}
