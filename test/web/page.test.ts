import { describe, expect, test } from "vitest";
import type { CallEvent } from "../../orchestrator/session/call-events.ts";
import { ApiError } from "../../web/api.ts";
import { en } from "../../web/messages/en.ts";
import { call, settle, start, texts } from "./page-fixture.ts";

describe("answers in a call", () => {
  test("of the server's voice are shown and not read", async () => {
    const { page, hear, spoken } = await call({ ear: "deepgram", voice: "espeak" });
    hear(state("speaking"), caption("A chair. "), end("A chair."));
    expect(page.conversation.get()).toMatchObject([
      { who: "assistant", text: "A chair.", state: "complete" },
    ]);
    expect(texts(page.answers)).toEqual([]);
    expect(spoken).toEqual([]);
  });

  test("that nobody speaks are spoken by a voice of the device, and the microphone is closed meanwhile", async () => {
    const { hear, spoken, room, endSpeech } = await call(
      { ear: "deepgram", voice: null },
      { deviceVoice: true },
    );
    hear(caption("A chair. "));
    await settle();
    expect(spoken).toEqual(["A chair."]);
    expect([...room.on]).toEqual(["camera"]);
    endSpeech();
    await settle();
    expect([...room.on].toSorted()).toEqual(["camera", "microphone"]);
  });

  test("that no voice speaks are read by the screen reader", async () => {
    const { page, hear } = await call({ ear: "deepgram", voice: null });
    hear(caption("A chair. A ta"), caption("ble."), end("A chair. A table."));
    expect(texts(page.answers)).toEqual(["A chair.", "A table."]);
  });

  test("of which only the text is wanted are read by the screen reader too", async () => {
    const { page, hear } = await call({ ear: "deepgram", voice: "espeak" });
    hear({ type: "text-only", on: true }, state("speaking"), caption("A chair. "));
    expect(texts(page.answers)).toEqual(["A chair."]);
  });

  test("the status waits for the end of an answer", async () => {
    const { page, hear } = await call({ ear: "deepgram", voice: "espeak" });
    hear(state("speaking"));
    page.stepRate(1);
    expect(texts(page.status)).not.toContain("Speed 1.1");
    hear(state("listening"));
    await expect.poll(() => texts(page.status)).toContain("Speed 1.1");
  });

  test("that the call has begun is not said over the greeting", async () => {
    const { page, hear } = await call({ ear: "deepgram", voice: "espeak" });
    hear(state("thinking"));
    expect(texts(page.status)).not.toContain(en.inCall);
    hear(state("speaking"));
    await settle();
    expect(texts(page.status)).not.toContain(en.inCall);
    hear(state("listening"));
    await expect.poll(() => texts(page.status)).toEqual([en.inCall]);
  });

  test("without a greeting it is said at once", async () => {
    const { page, hear } = await call({ ear: "deepgram", voice: "espeak" });
    hear(state("listening"));
    expect(texts(page.status)).toContain(en.inCall);
  });

  test("a call that is over during its greeting has not begun any more", async () => {
    const { page, hear } = await call({ ear: "deepgram", voice: "espeak" });
    hear(state("speaking"));
    page.press();
    await settle();
    expect(texts(page.status)).not.toContain(en.inCall);
    expect(texts(page.status)).toContain(en.ends["hung-up"]);
  });

  test("a rate or a text-only that the assistant acknowledges is not said by the page", async () => {
    const { page, hear } = await call({ ear: "deepgram", voice: "espeak" });
    hear(state("listening"), { type: "rate", rate: 0.83, by: "caller" }, { type: "text-only", on: true });
    hear({ type: "text-only", on: false }, state("thinking"), state("speaking"), state("listening"));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(texts(page.status).filter((text) => text !== en.connecting)).toEqual([en.inCall]);
  });
});

describe("settings", () => {
  test("a rate is kept, whether pressed or said", async () => {
    const { page, hear, kept, room } = await call({ ear: "deepgram", voice: "espeak" });
    page.stepRate(-1);
    expect(kept.at(-1)).toMatchObject({ rate: 0.9 });
    expect(room.sent.at(-1)).toEqual({ type: "rate", rate: 0.9 });
    hear({ type: "rate", rate: 1.25, by: "caller" });
    expect(kept.at(-1)).toMatchObject({ rate: 1.25 });
  });

  test("the persona's rate is shown and not kept: what is pressed then goes on from it", async () => {
    const { page, hear, kept, room } = await call({ ear: "deepgram", voice: "espeak" });
    hear({ type: "rate", rate: 1.2, by: "persona" });
    expect(page.view.get().rate).toBe(1.2);
    expect(kept).toEqual([]);
    expect(room.sent).toEqual([]);
    page.stepRate(1);
    expect(kept.at(-1)).toMatchObject({ rate: 1.3 });
  });

  test("a rate that was kept is shown and sent, and the persona's changes neither", async () => {
    const { page, hear, kept, room } = await call(
      { ear: "deepgram", voice: "espeak" },
      { settings: { rate: 1.3 } },
    );
    const shown: number[] = [];
    page.view.watch(({ rate }) => shown.push(rate));
    hear({ type: "rate", rate: 1, by: "persona" }, { type: "rate", rate: 1.3, by: "caller" });
    expect(room.sent).toEqual([{ type: "rate", rate: 1.3 }]);
    expect(new Set(shown)).toEqual(new Set([1.3]));
    expect(kept.every(({ rate }) => rate === 1.3)).toBe(true);
  });
});

test("a server without calls says so to the screen reader", async () => {
  const { page } = start({
    config: async () => ({ calls: false, codeNeeded: false, hears: true, language: "en" }),
  });
  await page.load();
  expect(texts(page.status)).toEqual([en.typeHelp]);
});

test("the press that calls allows the sound of the page and of the device's voice", () => {
  const { page, unlocked } = start();
  page.press();
  expect(unlocked).toEqual(["device voice", "sound"]);
});

test("stop in a call is a command", async () => {
  const { page, room } = await call({ ear: "deepgram", voice: "espeak" });
  page.stop();
  expect(room.sent.at(-1)).toEqual({ type: "command", command: "stop" });
});

test("an unreachable server is no fault of the page", async () => {
  const { page } = start({ config: () => Promise.reject(new ApiError("unreachable")) });
  await page.load();
  expect(page.config.get()).toBe("unreachable");
  expect(texts(page.status)).toEqual([en.offline]);
});

function state(now: "listening" | "thinking" | "speaking"): CallEvent {
  return { type: "state", state: now };
}

function caption(text: string): CallEvent {
  return { type: "caption", turn: "t1", text };
}

function end(text: string): CallEvent {
  return { type: "answer-end", turn: "t1", text, interrupted: false };
}
