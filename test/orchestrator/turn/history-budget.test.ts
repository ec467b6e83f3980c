import { describe, expect, it } from "vitest";
import { isNear, isOver, shrink, toBudget } from "../../../orchestrator/turn/history-budget.ts";
import { jpegOf, pastOf } from "../../standins/turn.ts";

const pictures = (count: number) =>
  Array.from({ length: count }, (_, nth) => pastOf({ question: `${nth}?`, jpeg: jpegOf(`${nth}`) }));
const shown = (turns: ReturnType<typeof shrink>): boolean[] => (turns ?? []).map(({ jpeg }) => jpeg !== null);
const budget = { tokens: 100_000, pictures: 11 };

describe("the pictures of a prompt", () => {
  it("are those of local turns; the question's own comes on top", () => {
    expect(isOver(pictures(11), budget)).toBe(false);
    expect(isOver(pictures(12), budget)).toBe(true);
    expect(isOver([...pictures(11), pastOf({ engine: "none", jpeg: jpegOf("never shown") })], budget)).toBe(
      false,
    );
  });

  it("are nearly too many some questions before that", () => {
    expect([7, 8].map((count) => isNear(pictures(count), budget))).toEqual([false, true]);
  });

  it("give way to the answers that describe them, down to the last two", () => {
    expect(shown(shrink(pictures(12), budget))).toEqual([...Array(10).fill(false), ...Array(2).fill(true)]);
    expect(shrink(pictures(12), budget)?.map(({ answer }) => answer)).toEqual(Array(12).fill("A cup."));
  });

  it.each([
    [0, [false, false]],
    [1, [false, true]],
    [2, [false, true]],
  ])("of which %i may be of the past", (most, left) => {
    const few = { ...budget, pictures: most };
    const short = shrink(pictures(2), few);
    expect(shown(short)).toEqual(left);
    expect(isNear(short ?? [], few)).toBe(false);
    expect(shrink(short ?? [], few)).toBeUndefined();
  });

  it("are no more than the server has said", () => {
    const configured = { contextTokens: 14_000, localPictures: 11 };
    expect(toBudget(configured, undefined)).toEqual({ tokens: 14_000, pictures: 11 });
    expect(toBudget(configured, 6)).toEqual({ tokens: 14_000, pictures: 5 });
    expect(toBudget(configured, 0).pictures).toBe(0);
    expect(toBudget(configured, 100).pictures).toBe(11);
  });
});
