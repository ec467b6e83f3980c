import { describe, expect, test } from "vitest";
import { keepPicture, overflowOf, type TestBrowser, violationsOf } from "./chromium.ts";
import { answering, closeAfterEach, ENTRIES, LIVEKIT, open, openPanels } from "./opened.ts";

closeAfterEach();

describe("layout", () => {
  test.each([
    ["320 pixels", { width: 320, height: 640 }],
    ["400 % of 1280 × 1024", { width: 320, height: 256 }],
    ["a large screen", { width: 1920, height: 1080 }],
  ])("at %s nothing needs a sideways scroll", async (name, viewport) => {
    const { page } = await open(
      {
        livekit: LIVEKIT,
        entries: ENTRIES,
        ask: answering("Donaudampfschifffahrtsgesellschaftskapitänsmütze."),
      },
      { viewport },
    );
    await openPanels(page);
    await page.getByRole("table").first().waitFor();
    await page.getByLabel("Type a question").fill("What?");
    await page.keyboard.press("Enter");
    await page.locator(".assistant").waitFor();
    await keepPicture(page, `layout-${name.replaceAll(/\W+/g, "-")}`);
    expect(await overflowOf(page)).toBe(0);
  });

  test("text that is twice as large overflows nothing", async () => {
    const { page } = await open(
      { livekit: LIVEKIT, entries: ENTRIES },
      { viewport: { width: 640, height: 800 } },
    );
    await openPanels(page);
    await page.evaluate("document.documentElement.style.fontSize = '225%'");
    expect(await overflowOf(page)).toBe(0);
  });

  test("whatever can be pressed is at least 44 pixels high and wide", async () => {
    const { page } = await open({ livekit: LIVEKIT, entries: ENTRIES });
    await openPanels(page);
    await page.getByRole("table").first().waitFor();
    const targets = page.locator("button, summary, select, .button, .check, input:not([type=checkbox])");
    expect(await targets.filter({ visible: true }).count()).toBeGreaterThan(12);
    for (const target of await targets.filter({ visible: true }).all()) {
      const box = await target.boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0), await target.innerHTML()).toBeGreaterThanOrEqual(
        44,
      );
    }
  });

  test("whoever wants no motion gets none, whoever forces colours sees every edge", async () => {
    const still = await open({ livekit: LIVEKIT }, { reducedMotion: "reduce" });
    await still.page.evaluate("document.getElementById('call').classList.add('thinking')");
    expect(await animation(still)).toBe("none");
    const forced = await open({ livekit: LIVEKIT }, { forcedColors: "active" });
    await forced.page.evaluate("document.getElementById('call').classList.add('thinking')");
    await keepPicture(forced.page, "forced-colours");
    expect(await animation(forced)).toBe("turn");
    const border = "getComputedStyle(document.getElementById('call')).borderTopColor";
    expect(await forced.page.evaluate(border)).not.toBe("rgba(0, 0, 0, 0)");
    expect(await violationsOf(forced.page)).toEqual([]);
  });
});

function animation({ page }: TestBrowser): Promise<string> {
  return page.evaluate<string>("getComputedStyle(document.getElementById('call'), '::after').animationName");
}
