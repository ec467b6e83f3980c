import { describe, expect, test } from "vitest";
import type { CallEvent } from "../../../orchestrator/session/call-events.ts";
import { joinAsAgent } from "./agent.ts";
import { LONG, SPEECH, withLivekit } from "./called.ts";
import { keepPicture, overflowOf, violationsOf } from "./chromium.ts";
import { later } from "./opened.ts";
import { LOUDNESS, NOTES_WAKE_LOCK } from "./scripts.ts";

const TURN: CallEvent = {
  type: "turn",
  turn: "t1",
  engine: "local",
  reason: "person-in-frame",
  times: { silenceMs: 500, routeMs: 4, ttftMs: 120, firstAudioMs: 690 },
};

const { call, join, server } = withLivekit();

describe("a call", () => {
  test("by Enter: microphone and camera arrive, the answer is heard and seen, H hangs up", async () => {
    const { page, agent, faults } = await call();
    await expect
      .poll(() => agent.published().toSorted(), LONG)
      .toEqual(["SOURCE_CAMERA", "SOURCE_MICROPHONE"]);
    await expect.poll(() => agent.picture(), LONG).toEqual({ width: 1280, height: 720 });
    await agent.tell({ type: "heard", segment: "s1", text: "What's in front of me?", final: true });
    await agent.tell({ type: "state", state: "speaking" });
    await agent.tell({ type: "caption", turn: "t1", text: "A chair at one o'clock, near you. " });
    await agent.tell({ type: "caption", turn: "t1", text: "Behind it a table with a cup." });
    await agent.tell({ type: "spoken", turn: "t1", text: "A chair at one o'clock, " });
    await agent.tell(TURN);
    const loudness = page.evaluate<number>(LOUDNESS);
    await agent.sound(2500);
    expect(await loudness).toBeGreaterThan(0.02);
    await page.getByText("Speaking", { exact: true }).waitFor();
    await page.getByText("Behind it a table").waitFor();
    expect(await page.locator(".ahead").innerText()).toBe("near you. Behind it a table with a cup.");
    await page.locator("summary", { hasText: "Timings" }).click();
    await page.getByRole("cell", { name: "690" }).waitFor();
    await keepPicture(page, "call-light");
    await page.keyboard.press("h");
    await page.getByText("The call is over.").waitFor();
    await expect.poll(() => agent.published(), LONG).toEqual([]);
    expect(faults).toEqual([]);
  });

  test("nothing is read over an answer: neither the answer nor what else happens", async () => {
    const { page, agent } = await call();
    await agent.tell({ type: "state", state: "speaking" });
    await agent.tell({ type: "caption", turn: "t1", text: "A chair. A table." });
    await page.locator(".assistant").waitFor();
    await page.keyboard.press("m");
    await page.getByRole("button", { name: "Unmute microphone" }).waitFor();
    const status = page.getByRole("status").first();
    expect(await status.innerText()).not.toContain("Microphone muted.");
    expect(await page.getByRole("log").innerText()).toBe("");
    await agent.tell({ type: "state", state: "listening" });
    await status.getByText("Microphone muted.").waitFor();
    expect(await page.getByRole("log").innerText()).toBe("");
  });

  test("that it has begun is not said over the greeting", async () => {
    const { page, agent } = await join({}, "", "speaking");
    await page.getByText("Speaking", { exact: true }).waitFor();
    await agent.tell(SPEECH);
    const status = page.getByRole("status").first();
    await page.waitForTimeout(1000);
    expect(await status.innerText()).not.toContain("In call.");
    await agent.tell({ type: "state", state: "listening" });
    await status.getByText("In call. Speak now.").waitFor();
  });

  test("slower and faster, when said, are acknowledged by the voice alone", async () => {
    const { page, agent } = await call();
    await agent.tell({ type: "rate", rate: 0.83, by: "caller" });
    await page.getByText("Speed 0.83").waitFor();
    const live = page.locator("[role=status], output, [aria-live]:not([aria-live=off])");
    expect((await live.allInnerTexts()).join(" ")).not.toContain("Speed 0.83");
  });

  test("without a voice on the server or the device the screen reader reads the answer", async () => {
    const { page, agent } = await call();
    await agent.tell({ type: "speech", ear: "deepgram", voice: null });
    await agent.tell({ type: "caption", turn: "t1", text: "A chair. A ta" });
    await page.getByRole("log").getByText("A chair.").waitFor();
    await agent.tell({ type: "answer-end", turn: "t1", text: "A chair. A table.", interrupted: false });
    await page.getByRole("log").getByText("A table.").waitFor();
    expect(await page.getByRole("log").locator("p").count()).toBe(2);
  });

  test("is controlled by keyboard alone", async () => {
    const { page, agent } = await call();
    await page.keyboard.press("c");
    await page.getByRole("button", { name: "Switch camera on" }).waitFor();
    await expect.poll(() => agent.published(), LONG).toEqual(["SOURCE_MICROPHONE"]);
    await page.keyboard.press("c");
    await page.getByRole("button", { name: "Switch camera off" }).waitFor();
    await page.getByRole("button", { name: "Faster" }).focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("r");
    await page.keyboard.press("Escape");
    await page.keyboard.press("t");
    await page.keyboard.type("What colour is it?");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => agent.requests, LONG)
      .toEqual([
        { type: "rate", rate: 1.1 },
        { type: "command", command: "repeat" },
        { type: "command", command: "stop" },
        { type: "ask", text: "What colour is it?" },
      ]);
    await page.getByText("Speed 1.1").first().waitFor();
  });

  test("shares the screen when asked to", async () => {
    const { page, agent } = await call();
    await page.getByRole("button", { name: "Share the screen" }).click();
    await expect.poll(() => agent.published(), LONG).toContain("SOURCE_SCREENSHARE");
    await page.getByRole("button", { name: "Stop sharing the screen" }).click();
    await expect.poll(() => agent.published(), LONG).not.toContain("SOURCE_SCREENSHARE");
  });

  test("keeps the screen on for as long as it lasts", async () => {
    const { page } = await call({}, NOTES_WAKE_LOCK);
    await expect.poll(() => page.evaluate("globalThis.locks"), LONG).toEqual(["screen"]);
    await page.keyboard.press("h");
    await expect.poll(() => page.evaluate("globalThis.locks"), LONG).toEqual(["screen", "released"]);
  });
});

describe.each(["light", "dark"] as const)("in %s colours axe finds nothing", (colorScheme) => {
  test("in a call, on a narrow screen too, with a hint about the picture", async () => {
    const { page, agent } = await call({ colorScheme });
    await page.locator("video").waitFor();
    await agent.tell({ type: "hint", hint: "too-dark", text: "Too dark. Turn on a light." });
    await agent.tell({ type: "heard", segment: "s1", text: "What is this?", final: true });
    await agent.tell({ type: "caption", turn: "t1", text: "Probably a mug." });
    await page.getByText("Too dark.").first().waitFor();
    await page.getByText("Probably a mug.").waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await violationsOf(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    await keepPicture(page, `call-narrow-${colorScheme}`);
  });

  test("with microphone and camera refused: the call works by typing, and the way out is told", async () => {
    const { page, agent } = await call({ devices: "refused", colorScheme });
    await page
      .getByText("The browser may not use the microphone. Allow it in the site settings")
      .first()
      .waitFor();
    await page.getByText("The browser may not use the camera.").first().waitFor();
    await keepPicture(page, `refused-${colorScheme}`);
    expect(await violationsOf(page)).toEqual([]);
    await page.getByLabel("Type a question").fill("Can you read this?");
    await page.keyboard.press("Enter");
    await expect.poll(() => agent.requests, LONG).toContainEqual({ type: "ask", text: "Can you read this?" });
  });
});

describe("when something goes wrong", () => {
  test("no microphone and no camera are told", async () => {
    const { page } = await call({ devices: "none" });
    await page.getByText("No microphone was found.").first().waitFor();
    await page.getByText("No camera was found.").first().waitFor();
    expect(await page.getByRole("button", { name: "Hang up" }).isVisible()).toBe(true);
  });

  test("an assistant that drops out is told, and one that comes back goes on", async () => {
    const { page, agent, room } = await call();
    await agent.leave();
    await page.getByText("The assistant dropped out.").waitFor();
    const next = await joinAsAgent(server(), room());
    later(() => next.leave());
    await next.tell(SPEECH);
    await expect.poll(() => page.locator(".status p").last().innerText(), LONG).toBe("In call. Speak now.");
  });

  test("a call that the assistant ends says why", async () => {
    const { page, agent } = await call();
    await agent.tell({ type: "ended", reason: "shutdown" });
    await page.getByText("The server is being restarted.").waitFor();
    expect(await page.getByRole("button", { name: "Call", exact: true }).isVisible()).toBe(true);
  });

  test("a network that is gone is told, and so is its return", async () => {
    const { page, context } = await call();
    await context.setOffline(true);
    await page.getByText("The connection is lost. Trying again…").waitFor();
    await context.setOffline(false);
    await page.getByText("Connected again.").waitFor();
    expect(await page.getByText("Listening", { exact: true }).isVisible()).toBe(true);
  });

  test("a second window takes the call over, and the first one knows", async () => {
    const { page, agent, context } = await call();
    const second = await context.newPage();
    await second.goto(page.url());
    await second.getByRole("button", { name: "Call" }).click();
    await page.getByText("The call goes on in another window").waitFor();
    await expect.poll(() => agent.published().length, LONG).toBe(2);
  });
});
