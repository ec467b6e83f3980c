import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CoachHint } from "../../../../orchestrator/session/call-events.ts";
import { type Advice, type Coach, createCoach } from "../../../../orchestrator/session/camera/coach.ts";
import type { Box, Frame, FrameSource, QualityHint } from "../../../../orchestrator/turn/turn.ts";
import { frameOf, verdictOf } from "../../../standins/turn.ts";

interface Shown {
  readonly hint?: QualityHint | null;
  readonly boxes?: readonly Box[];
  readonly source?: FrameSource;
  readonly atMs?: number;
}

function show(coach: Coach, { hint = null, boxes = [], source = "camera", atMs = 0 }: Shown): Advice {
  const plain = frameOf({ source, capturedAtMs: atMs });
  const frame: Frame = { ...plain, quality: { ...plain.quality, hint } };
  return coach.see(frame, verdictOf(frame, { boxes }));
}

/** What stands after each of the frames, half a second apart. */
function follow(coach: Coach, shown: readonly Shown[]): readonly Advice[] {
  return shown.map((one, index) => show(coach, { atMs: 500 * index, ...one }));
}

const times = (count: number, one: Shown): readonly Shown[] => Array.from({ length: count }, () => one);
const box = (label: string, x: number, y: number, width: number, height: number, score = 0.9): Box => ({
  label,
  score,
  x,
  y,
  width,
  height,
});
const dark: Shown = { hint: "too-dark" };
const well: Shown = {};

describe("a hint", () => {
  it("comes with the third frame that agrees, and goes with the second that is well", () => {
    const advice = follow(createCoach(), [...times(5, dark), ...times(3, well)]);
    expect(advice.map(({ hint }) => hint)).toEqual([
      null,
      null,
      ...times(4, {}).map(() => "too-dark"),
      null,
      null,
    ]);
    expect(advice.map(({ changed }) => changed)).toEqual([
      false,
      false,
      true,
      false,
      false,
      false,
      true,
      false,
    ]);
  });

  it("is not given for frames that come and go", () => {
    const flicker = Array.from({ length: 20 }, (_, index) => (index % 3 === 2 ? well : dark));
    expect(follow(createCoach(), flicker).every(({ hint }) => hint === null)).toBe(true);
  });

  it("comes with the fifth frame when the fault keeps changing, and stays what it was", () => {
    const torn = Array.from({ length: 9 }, (_, index): Shown =>
      index % 2 === 0 ? dark : { hint: "covered" },
    );
    const hints = follow(createCoach(), torn).map(({ hint }) => hint);
    expect(hints).toEqual([...times(4, {}).map(() => null), ...times(5, {}).map(() => "too-dark")]);
  });

  it("gives way to another that lasts, without a word of well in between", () => {
    const advice = follow(createCoach(), [...times(3, dark), ...times(3, { hint: "covered" })]);
    expect(advice.map(({ hint }) => hint)).toEqual([
      null,
      null,
      "too-dark",
      "too-dark",
      "too-dark",
      "covered",
    ]);
    expect(advice.at(-1)).toEqual({ hint: "covered", changed: true });
  });

  it("of the screen is none: a dark screen is nothing to move", () => {
    const coach = createCoach();
    expect(follow(coach, times(5, { ...dark, source: "screen" })).every(({ hint }) => hint === null)).toBe(
      true,
    );
    follow(coach, times(3, dark));
    expect(show(coach, { source: "screen" })).toEqual({ hint: "too-dark", changed: false });
  });

  it("is gone with the camera", () => {
    const coach = createCoach();
    follow(coach, times(3, dark));
    coach.reset();
    expect(follow(coach, times(2, dark)).map(({ hint }) => hint)).toEqual([null, null]);
  });
});

describe("cut off", () => {
  const hintOf = (...boxes: readonly Box[]): CoachHint | null =>
    follow(createCoach(), times(3, { boxes })).at(-1)!.hint;

  it("is a hint as well", () => {
    expect(hintOf(box("person", 0, 100, 250, 600))).toBe("cut-off");
    expect(hintOf(box("person", 500, 50, 200, 600))).toBe(null);
  });

  it("comes after what spoils the whole picture", () => {
    const shown = { hint: "blurred", boxes: [box("person", 0, 100, 250, 600)] } as const;
    expect(follow(createCoach(), times(3, shown)).at(-1)!.hint).toBe("blurred");
  });
});

describe("whatever the camera shows", () => {
  const frames = fc.array(
    fc.record({
      hint: fc.constantFrom(null, "too-dark" as const, "covered" as const, "blurred" as const),
      boxes: fc.constantFrom<readonly Box[]>([], [box("person", 0, 100, 250, 600)]),
    }),
    { maxLength: 60 },
  );

  it("the hint changes only when it says so, and never faster than two frames", () => {
    fc.assert(
      fc.property(frames, (shown) => {
        const advice = follow(createCoach(), shown);
        let before: CoachHint | null = null;
        let since = Infinity;
        for (const { hint, changed } of advice) {
          since += 1;
          expect(changed).toBe(hint !== before);
          if (changed) {
            expect(since).toBeGreaterThanOrEqual(2);
            since = 0;
          }
          before = hint;
        }
      }),
    );
  });

  it("a picture that stays well clears it, one that stays bad names its fault", () => {
    fc.assert(
      fc.property(frames, fc.constantFrom(null, "too-dark" as const, "covered" as const), (shown, last) => {
        const coach = createCoach();
        follow(coach, shown);
        expect(follow(coach, times(3, { hint: last })).at(-1)!.hint).toBe(last);
      }),
    );
  });
});
