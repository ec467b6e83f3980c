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

const WIDTH = 1280;
const HEIGHT = 768;

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
  it("comes with the third frame that agrees, is spoken once, and goes with the second that is well", () => {
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
    expect(advice.map(({ speak }) => speak)).toEqual([
      false,
      false,
      true,
      ...Array.from({ length: 5 }, () => false),
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
    expect(advice.at(-1)).toEqual({ hint: "covered", changed: true, speak: true });
  });

  it("is shown but not spoken again within twenty seconds", () => {
    const round = [...times(3, dark), ...times(2, well)];
    const spoken = follow(createCoach(), Array.from({ length: 12 }, () => round).flat()).filter(
      ({ speak }) => speak,
    );
    expect(spoken).toHaveLength(2);
  });

  it("of the screen is none: a dark screen is nothing to move", () => {
    const coach = createCoach();
    expect(follow(coach, times(5, { ...dark, source: "screen" })).every(({ hint }) => hint === null)).toBe(
      true,
    );
    follow(coach, times(3, dark));
    expect(show(coach, { source: "screen" })).toEqual({ hint: "too-dark", changed: false, speak: false });
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

  it.each<readonly [string, CoachHint | null, Box]>([
    ["a person half outside on the left", "cut-off", box("person", 0, 100, 250, 600)],
    ["a person half outside on the right", "cut-off", box("person", WIDTH - 250, 100, 250, 600)],
    ["a letter whose lower half is missing", "cut-off", box("book", 300, HEIGHT - 300, 600, 300)],
    ["a person whose feet are below the picture", null, box("person", 500, 200, 200, HEIGHT - 200)],
    ["a person who fills the height", null, box("person", 400, 0, 500, HEIGHT)],
    ["a page that fills the picture", null, box("book", 0, 0, WIDTH, HEIGHT)],
    ["a person wholly inside", null, box("person", 500, 50, 200, 600)],
    ["somebody small at the edge", null, box("person", 0, 300, 60, 200)],
    ["what is probably nothing", null, box("person", 0, 100, 250, 600, 0.3)],
    ["a car: streets are always cut off", null, box("car", 0, 300, 300, 400)],
  ])("%s: %s", (_what, hint, shown) => {
    expect(hintOf(shown)).toBe(hint);
  });

  it("is about the largest thing alone", () => {
    const inside = box("person", 500, 50, 300, 700);
    expect(hintOf(box("person", 0, 100, 150, 500), inside)).toBe(null);
    expect(hintOf(box("person", 0, 50, 400, 700), inside)).toBe("cut-off");
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

  it("the hint changes only when it says so, speaks only when it changes, and never faster than two frames", () => {
    fc.assert(
      fc.property(frames, (shown) => {
        const advice = follow(createCoach(), shown);
        let before: CoachHint | null = null;
        let since = Infinity;
        for (const { hint, changed, speak } of advice) {
          since += 1;
          expect(changed).toBe(hint !== before);
          expect(speak && (!changed || hint === null)).toBe(false);
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
