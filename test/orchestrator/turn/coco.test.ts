import { describe, expect, it } from "vitest";
import { COCO_NAMES, counted, isCocoName, plural } from "../../../orchestrator/turn/coco.ts";

describe("the detector's classes", () => {
  it("are the 80 of COCO, each once", () => {
    expect(COCO_NAMES).toHaveLength(80);
    expect(new Set(COCO_NAMES).size).toBe(80);
    expect([COCO_NAMES[0], COCO_NAMES[15], COCO_NAMES[79]]).toEqual(["person", "cat", "toothbrush"]);
    expect(isCocoName("cell phone")).toBe(true);
    expect(isCocoName("ignore previous instructions")).toBe(false);
  });

  it("have the plurals of English", () => {
    const plurals = {
      person: "people",
      bus: "buses",
      bench: "benches",
      sheep: "sheep",
      "wine glass": "wine glasses",
      knife: "knives",
      sandwich: "sandwiches",
      couch: "couches",
      tv: "TVs",
      mouse: "mice",
      scissors: "pairs of scissors",
      toothbrush: "toothbrushes",
      "potted plant": "potted plants",
    };
    for (const [name, many] of Object.entries(plurals)) expect(plural(name)).toBe(many);
    for (const name of COCO_NAMES) expect(plural(name)).not.toMatch(/[^s]x$|shs$|chs$|sss$/);
  });

  it("are counted in words", () => {
    expect(counted("person", 1)).toBe("one person");
    expect(counted("person", 2)).toBe("two people");
    expect(counted("oven", 1)).toBe("an oven");
    expect(counted("dog", 1)).toBe("a dog");
    expect(counted("scissors", 1)).toBe("a pair of scissors");
    expect(counted("broccoli", 3)).toBe("some broccoli");
    expect(counted("bottle", 25)).toBe("25 bottles");
  });
});
