import { describe, expect, test } from "vitest";
import { LONG, SPEECH, withLivekit } from "./called.ts";
import { answering, LIVEKIT, open } from "./opened.ts";
import { DEVICE_VOICES, NOTES_CAMERAS, NOTES_JITTER_BUFFER, NOTES_ORDER } from "./scripts.ts";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
/** Name of the camera whose picture is shown. */
const CAMERA = "document.querySelector('video').srcObject.getVideoTracks()[0].label";

const { call } = withLivekit();

describe("the camera", () => {
  test("of a phone is the rear one, in a call and for a photo", async () => {
    const { page } = await call(PHONE, NOTES_CAMERAS);
    await page.getByRole("button", { name: "Switch camera off" }).waitFor();
    await page.getByRole("button", { name: "Hang up" }).tap();
    await page.getByText("Add a photo").tap();
    await page.getByRole("button", { name: "Take a picture" }).tap();
    await page.getByText("A picture is attached.").first().waitFor();
    expect(await page.evaluate("cameras.map(({ facingMode }) => facingMode)")).toEqual([
      "environment",
      "environment",
    ]);
  });

  test("can be another one: at once, and in the next call", async () => {
    const { page, agent } = await call({ devices: "three-cameras" }, NOTES_CAMERAS);
    await page.locator("video").waitFor();
    await expect.poll(() => page.evaluate(CAMERA), LONG).toBe("fake_device_0");
    await page.locator("summary", { hasText: "Microphone, camera" }).click();
    await page.getByLabel("Camera", { exact: true }).selectOption({ label: "fake_device_2" });
    await expect.poll(() => page.evaluate(CAMERA), LONG).toBe("fake_device_2");
    expect(agent.published()).toContain("SOURCE_CAMERA");
    await page.keyboard.press("h");
    await page.getByText("The call is over.").waitFor();
    await page.getByRole("button", { name: "Call", exact: true }).click({ delay: 800 });
    await page.locator("video").waitFor();
    await expect.poll(() => page.evaluate(CAMERA), LONG).toBe("fake_device_2");
    expect(await page.evaluate("cameras.at(-1).facingMode")).toBeUndefined();
  });
});

describe("the microphone", () => {
  test("can be another one", async () => {
    const { page, agent } = await call();
    await page.locator("summary", { hasText: "Microphone, camera" }).click();
    await page.getByLabel("Microphone", { exact: true }).selectOption({ index: 2 });
    const kept = await page.evaluate<string>("JSON.parse(localStorage['sightline.settings']).microphone");
    expect(kept).not.toBe("");
    expect(agent.published()).toContain("SOURCE_MICROPHONE");
  });

  test("is off while nobody can hear, and comes back with who does", async () => {
    const { page, agent } = await call();
    await expect.poll(() => agent.published(), LONG).toContain("SOURCE_MICROPHONE");
    await agent.tell({ type: "speech", ear: null, voice: "espeak" });
    await expect.poll(() => agent.published(), LONG).toEqual(["SOURCE_CAMERA"]);
    await agent.tell(SPEECH);
    await expect.poll(() => agent.published(), LONG).toContain("SOURCE_MICROPHONE");
    await page.getByRole("button", { name: "Mute microphone" }).waitFor();
  });
});

describe("the sound", () => {
  test("is allowed by the press, before anything else is done", async () => {
    const { page } = await open({ livekit: LIVEKIT, ask: answering("") }, {}, NOTES_ORDER);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate<string[]>("order"), LONG).toContain("ticket");
    expect((await page.evaluate<string[]>("order"))[0]).toBe("sound");
  });

  test("is kept back no longer than the line needs", async () => {
    const { page } = await call({}, NOTES_JITTER_BUFFER);
    await expect.poll(() => page.evaluate("targets"), LONG).toEqual([["audio", 0]]);
  });

  test("of a device that speaks itself does not reach the microphone", async () => {
    const { page, agent } = await call({}, DEVICE_VOICES);
    await expect.poll(() => agent.published(), LONG).toContain("SOURCE_MICROPHONE");
    await agent.tell({ type: "speech", ear: "deepgram", voice: null });
    await agent.tell({ type: "rate", rate: 1.5, by: "persona" });
    await agent.tell({ type: "caption", turn: "t1", text: "A chair. " });
    await expect.poll(() => page.evaluate("spoken"), LONG).toEqual(["unlocked", "A chair. here 1.5"]);
    await expect.poll(() => agent.published(), LONG).toEqual(["SOURCE_CAMERA"]);
    expect(await page.getByRole("log").innerText()).toBe("");
    await page.keyboard.press("Escape");
    await agent.tell({ type: "answer-end", turn: "t1", text: "A chair.", interrupted: true });
    await agent.tell({ type: "caption", turn: "t2", text: "A table. " });
    await expect.poll(() => page.evaluate("spoken.at(-1)"), LONG).toBe("A table. here 1.5");
    await page.waitForTimeout(500);
    expect(agent.published()).toEqual(["SOURCE_CAMERA"]);
    await page.evaluate("endSentence()");
    await expect.poll(() => agent.published(), LONG).toContain("SOURCE_MICROPHONE");
  });
});
