import { describe, expect, it } from "vitest";
import { grow, isNear, isOver, shrink, toBudget } from "../../../orchestrator/turn/history-budget.ts";
import { jpegOf, pastOf } from "../../standins/turn.ts";

const pictures = (count: number) =>
  Array.from({ length: count }, (_, nth) => pastOf({ question: `${nth}?`, jpeg: jpegOf(`${nth}`) }));
const shown = (turns: ReturnType<typeof shrink>): boolean[] => (turns ?? []).map(({ jpeg }) => jpeg !== null);
const budget = { tokens: 100_000, pictures: 24 };

describe("the pictures of a prompt", () => {
  it("are those of local turns; the question's own comes on top", () => {
    expect(isOver(pictures(24), budget)).toBe(false);
    expect(isOver(pictures(25), budget)).toBe(true);
    expect(isOver([...pictures(24), pastOf({ engine: "none", jpeg: jpegOf("never shown") })], budget)).toBe(
      false,
    );
  });

  it("are nearly too many some questions before that", () => {
    expect([14, 15].map((count) => isNear(pictures(count), budget))).toEqual([false, true]);
  });

  it("give way to the answers that describe them, down to the last one", () => {
    expect(shown(shrink(pictures(13), budget))).toEqual([...Array(12).fill(false), true]);
    expect(shrink(pictures(13), budget)?.map(({ answer }) => answer)).toEqual(Array(13).fill("A cup."));
  });

  it("of a history that grows give way one by one, and what comes before stays as it is", () => {
    const short = shrink(pictures(13), budget) ?? [];
    const grown = grow(short, pastOf({ question: "13?", jpeg: jpegOf("13") }), budget);
    expect(shown(grown)).toEqual([...Array(13).fill(false), true]);
    expect(grown.findIndex((turn, index) => turn !== short[index])).toBe(12);
    expect(shown(grow(grown, pastOf(), budget))).toEqual([...shown(grown), false]);
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
    const configured = { contextTokens: 14_000, localPictures: 24 };
    expect(toBudget(configured, undefined)).toEqual({ tokens: 14_000, pictures: 24 });
    expect(toBudget(configured, 6)).toEqual({ tokens: 14_000, pictures: 5 });
    expect(toBudget(configured, 0).pictures).toBe(0);
    expect(toBudget(configured, 100).pictures).toBe(24);
  });
});
