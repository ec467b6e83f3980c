import { describe, expect, test } from "vitest";
import { createLiveRegion } from "../../web/live-region.ts";

describe("createLiveRegion", () => {
  test("keeps still while something sounds, and says it afterwards", () => {
    const { region, texts, world } = start();
    world.sounding = true;
    region.say("Camera off.");
    expect(texts()).toEqual([]);
    world.sounding = false;
    region.silence();
    expect(texts()).toEqual(["Camera off."]);
  });

  test("what was said before goes when something else waits to be said", () => {
    const { region, texts, world } = start();
    region.say("Connecting…");
    world.sounding = true;
    region.say("In call.");
    expect(texts()).toEqual([]);
    region.silence();
    expect(texts()).toEqual(["In call."]);
  });

  test("what waits can be dropped", () => {
    const { region, texts, world } = start();
    world.sounding = true;
    region.say("A chair.");
    region.drop();
    region.silence();
    expect(texts()).toEqual([]);
  });

  test("all can be taken back", () => {
    const { region, texts, world } = start();
    region.say("Thinking…");
    world.sounding = true;
    region.say("later");
    region.clear();
    region.silence();
    expect(texts()).toEqual([]);
  });

  test("only the newest stay, and the same text again is a new line", () => {
    const { region, texts } = start();
    for (const text of ["1", "2", "3", "3"]) region.say(text);
    expect(texts()).toEqual(["2", "3", "3"]);
    expect(new Set(region.lines.get().map(({ id }) => id)).size).toBe(3);
  });

  test("a line that was read long ago gives way to the next", () => {
    const { region, texts, world } = start();
    region.say("Connecting…");
    world.nowMs += 5000;
    region.say("In call.");
    expect(texts()).toEqual(["In call."]);
  });
});

function start() {
  const world = { sounding: false, nowMs: 0 };
  const region = createLiveRegion(
    () => world.sounding,
    3,
    () => world.nowMs,
  );
  return { region, world, texts: () => region.lines.get().map(({ text }) => text) };
}
