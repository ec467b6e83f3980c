import { describe, expect, test } from "vitest";
import { keepPicture, violationsOf } from "./chromium.ts";
import { answering, closeAfterEach, ENTRIES, LIVEKIT, open, openPanels, place, start } from "./opened.ts";

closeAfterEach();

describe.each(["light", "dark"] as const)("in %s colours axe finds nothing", (colorScheme) => {
  test("before a call, with every panel open", async () => {
    const { page, faults } = await open({ livekit: LIVEKIT, entries: ENTRIES }, { colorScheme });
    await keepPicture(page, `idle-${colorScheme}`);
    expect(await violationsOf(page)).toEqual([]);
    await openPanels(page);
    await page.getByRole("table").first().waitFor();
    await keepPicture(page, `panels-${colorScheme}`);
    expect(await violationsOf(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  test("with an answer, with a fault, and with a field left empty", async () => {
    const { page } = await open({ ask: answering("A chair at one o'clock. A table.") }, { colorScheme });
    await page.getByLabel("Type a question").fill("What is in front of me?");
    await page.keyboard.press("Enter");
    await page.getByText("A table.").first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await keepPicture(page, `answer-${colorScheme}`);
    expect(await violationsOf(page)).toEqual([]);
  });

  test("with a wrong access code", async () => {
    const { page } = await open({ livekit: LIVEKIT, accessCode: "right" }, { colorScheme });
    await page.getByLabel("Access code").fill("wrong");
    await page.keyboard.press("Enter");
    await page.locator("#code-fault").waitFor();
    await keepPicture(page, `code-${colorScheme}`);
    expect(await violationsOf(page)).toEqual([]);
    expect(await page.evaluate("document.activeElement.id")).toBe("code");
    expect(await page.getByLabel("Access code").getAttribute("aria-describedby")).toBe("code-fault");
  });
});

describe("by keyboard alone", () => {
  test("everything is reached in the order of the page, with a focus that can be seen", async () => {
    const { page } = await open({ livekit: LIVEKIT, entries: ENTRIES });
    const reached: string[] = [];
    for (let step = 0; step < 14; step += 1) {
      const at = await page.evaluate<{ tag: string; text: string; outline: string }>(
        "({ tag: document.activeElement.tagName, text: (document.activeElement.textContent || document.activeElement.id).trim(), outline: getComputedStyle(document.activeElement).outlineStyle })",
      );
      if (at.tag === "BODY") break;
      reached.push(at.text);
      expect(at.outline, at.text).not.toBe("none");
      await page.keyboard.press("Tab");
    }
    expect(reached).toEqual([
      "Call",
      "question",
      "Ask",
      "Add a photo",
      "Microphone, camera, keys",
      "What was sent where",
      "Timings",
    ]);
  });

  test("a question is asked, the record opened, and its entries deleted after a second thought", async () => {
    const { page } = await open({ livekit: LIVEKIT, entries: ENTRIES, ask: answering("A cup.") });
    await page.keyboard.press("t");
    await page.keyboard.type("What is this?");
    await page.keyboard.press("Enter");
    await page.getByRole("log").getByText("A cup.").waitFor();
    await page.getByText("What was sent where").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("row", { name: /2 people/ }).waitFor();
    await page.getByRole("button", { name: "Delete all" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Keep them" }).waitFor();
    expect(await page.getByRole("row").count()).toBe(3);
    await page.keyboard.press("Enter");
    await page.getByText("Nothing was sent yet.").waitFor();
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Load again");
  });

  test("what had the focus goes, and it stays nearby", async () => {
    const { page } = await open({ livekit: LIVEKIT, accessCode: "right" });
    await page.getByLabel("Access code").fill("right");
    await page.keyboard.press("Enter");
    await page.getByText("The server cannot be reached.").waitFor({ timeout: 60_000 });
    expect(await page.evaluate("document.activeElement.id")).toBe("call");
  });

  test("single keys can be switched off, and are text in a field", async () => {
    const { page } = await open({ livekit: LIVEKIT });
    await page.keyboard.press("t");
    await page.keyboard.type("mt");
    expect(await page.getByLabel("Type a question").inputValue()).toBe("mt");
    await page.getByText("Microphone, camera, keys").click();
    await page.getByLabel("Single keys work as shortcuts").uncheck();
    await page.keyboard.press("t");
    expect(await page.evaluate("document.activeElement.id")).not.toBe("question");
    await page.reload();
    await page.getByText("Microphone, camera, keys").click();
    expect(await page.getByLabel("Single keys work as shortcuts").isChecked()).toBe(false);
  });
});

describe("for a screen reader", () => {
  test("one heading of the first rank, landmarks, a language, and the button has the focus", async () => {
    const { page } = await open({ livekit: LIVEKIT });
    expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
    for (const role of ["banner", "main", "contentinfo"] as const)
      expect(await page.getByRole(role).count(), role).toBe(1);
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Call");
  });

  test("a typed answer is read from a live region, the conversation is none", async () => {
    const { page } = await open({ ask: answering("A chair. A table.") });
    await page.getByLabel("Type a question").fill("What?");
    await page.keyboard.press("Enter");
    const log = page.getByRole("log");
    await log.getByText("A table.").waitFor();
    expect(await log.locator("p").allInnerTexts()).toEqual(["A chair.", "A table."]);
    expect(await page.locator(".conversation").getAttribute("aria-live")).toBe("off");
    await page.getByRole("button", { name: "Go to the last answer" }).click();
    expect(await page.evaluate("document.activeElement.className")).toBe("latest");
  });

  test("the page speaks German to whoever reads German", async () => {
    const { page } = await open({ livekit: LIVEKIT }, { locale: "de-DE" });
    await page.getByRole("button", { name: "Anrufen" }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("de");
    expect(await violationsOf(page)).toEqual([]);
  });
});

test("a call to a server that is not there fails in words, and the button is back", async () => {
  const { page } = await open({ livekit: LIVEKIT });
  await page.keyboard.press("Enter");
  await page
    .getByText("The server cannot be reached. Check the network and try again.")
    .waitFor({ timeout: 60_000 });
  expect(await page.getByRole("button", { name: "Call" }).isVisible()).toBe(true);
});

test("a code in the address is taken, used, and no longer shown", async () => {
  const url = await place({ livekit: LIVEKIT, accessCode: "right" });
  const { page } = await start();
  const used = page.waitForRequest("**/api/v1/livekit/token");
  await page.goto(`${url}/#code=right`);
  await page.getByLabel("Access code").waitFor();
  expect(page.url()).toBe(`${url}/`);
  await page.getByRole("button", { name: "Call" }).click();
  expect((await (await used).response())?.status()).toBe(201);
});

test("nothing is asked of anybody but the page's own server, and the policy refuses nothing", async () => {
  const site = await place({ livekit: LIVEKIT, entries: ENTRIES, ask: answering("A cup.") });
  const browser = await start();
  const hosts = new Set<string>();
  browser.page.on("request", (request) => hosts.add(new URL(request.url()).host));
  await browser.page.goto(site);
  await openPanels(browser.page);
  await browser.page.getByLabel("Type a question").fill("What?");
  await browser.page.keyboard.press("Enter");
  await browser.page.getByText("A cup.").first().waitFor();
  expect(hosts).toEqual(new Set([new URL(site).host]));
  expect(browser.faults).toEqual([]);
});
