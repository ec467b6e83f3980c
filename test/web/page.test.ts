import { describe, expect, test } from "vitest";
import type { CallEvent } from "../../orchestrator/session/call-events.ts";
import { type Api, ApiError } from "../../web/api.ts";
import type { LiveRegion } from "../../web/live-region.ts";
import { en } from "../../web/messages/en.ts";
import { createPage } from "../../web/page.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../web/settings.ts";
import { createFakeRoom } from "./fake-room.ts";

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

describe("a typed question", () => {
  test("in a call goes to the assistant", async () => {
    const { page, room } = await call({ ear: "deepgram", voice: "espeak" });
    page.ask("Why?");
    expect(room.sent.at(-1)).toEqual({ type: "ask", text: "Why?" });
    expect(page.conversation.get()).toMatchObject([{ who: "caller", text: "Why?", typed: true }]);
  });

  test("without a call is answered by the server, shown, and read", async () => {
    const asked: unknown[] = [];
    const page = start({
      async *ask(question) {
        asked.push(question);
        yield "A chair. A ";
        yield "table.";
      },
    }).page;
    page.ask("What is this?", "data:image/jpeg;base64,AA==");
    expect(page.asking.get()).toBe(true);
    await settle();
    expect(asked).toEqual([{ question: "What is this?", image: "data:image/jpeg;base64,AA==" }]);
    expect(page.asking.get()).toBe(false);
    expect(texts(page.status)).toEqual([]);
    expect(texts(page.answers)).toEqual(["A chair.", "A table."]);
    expect(page.conversation.get()).toMatchObject([
      { who: "caller", text: "What is this?" },
      { who: "assistant", text: "A chair. A table.", state: "complete" },
    ]);
  });

  test("that fails says why", async () => {
    const page = start({
      async *ask() {
        yield* await Promise.reject<readonly string[]>(new ApiError("bad-picture"));
      },
    }).page;
    page.ask("What is this?");
    await settle();
    expect(page.asking.get()).toBe("bad-picture");
  });

  test("that is stopped ends without a fault", async () => {
    const { page } = start({ ask: untilStopped });
    page.ask("What is this?");
    await settle();
    page.stop();
    expect(page.asking.get()).toBe(false);
    await settle();
    expect(page.asking.get()).toBe(false);
    expect(page.conversation.get()).toMatchObject([{}, { text: "A chair. ", state: "interrupted" }]);
  });

  test("that takes another one's place can be stopped until it is answered itself", async () => {
    const { page } = start({ ask: untilStopped });
    page.ask("What is this?");
    await settle();
    page.ask("And that?");
    await settle();
    expect(page.asking.get()).toBe(true);
    page.stop();
    expect(page.asking.get()).toBe(false);
  });

  test("is dropped for a call", async () => {
    const { page } = start({ ask: untilStopped });
    page.ask("What is this?");
    await settle();
    page.press();
    expect(page.asking.get()).toBe(false);
    await settle();
    expect(page.asking.get()).toBe(false);
  });

  test("that failed is told until the next one is asked", async () => {
    const { page } = start({
      async *ask() {
        yield* await Promise.reject<readonly string[]>(new ApiError("bad-picture"));
      },
    });
    page.ask("What is this?");
    await settle();
    page.stop();
    expect(page.asking.get()).toBe("bad-picture");
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

function start(api: Partial<Api> = {}, settings: Partial<Settings> = {}, hasVoice = false) {
  const room = createFakeRoom();
  const kept: Settings[] = [];
  const spoken: string[] = [];
  const unlocked: string[] = [];
  let tellSpeaking: (on: boolean) => void = () => {};
  const page = createPage({
    messages: en,
    settings: { ...DEFAULT_SETTINGS, ...settings },
    keepSettings: (now) => kept.push(now),
    noDevices: () => null,
    unlockSound() {
      unlocked.push("sound");
      return () => {};
    },
    loadRoom: async () => room.create,
    createVoice({ onSpeaking }) {
      tellSpeaking = onSpeaking;
      return {
        available: () => hasVoice,
        unlock: () => void unlocked.push("device voice"),
        stop: () => {},
        say(text) {
          spoken.push(text);
          onSpeaking(true);
        },
      };
    },
    api: {
      config: async () => ({ calls: true, codeNeeded: false, hears: true, language: "en" }),
      ticket: async () => ({ serverUrl: "ws://here", token: "t" }),
      ask: () => (async function* () {})(),
      ledger: async () => ({ entries: [] }),
      forget: async () => {},
      ...api,
    },
  });
  return { page, room, kept, spoken, unlocked, endSpeech: () => tellSpeaking(false) };
}

async function call(
  speech: { readonly ear: string; readonly voice: string | null },
  options: { readonly deviceVoice?: boolean; readonly settings?: Partial<Settings> } = {},
) {
  const started = start({}, options.settings, options.deviceVoice);
  const { page, room } = started;
  await page.load();
  page.press();
  await settle();
  const hear = (...events: readonly CallEvent[]) => {
    for (const event of events) room.tell({ type: "event", event });
  };
  hear({ type: "speech", ...speech });
  return { ...started, hear };
}

/** An answer that never ends by itself. */
async function* untilStopped(_question: unknown, _code: string, signal: AbortSignal): AsyncGenerator<string> {
  yield "A chair. ";
  await new Promise((_resolve, reject) =>
    signal.addEventListener("abort", () => reject(new Error("aborted"))),
  );
}

function texts(region: LiveRegion): readonly string[] {
  return region.lines.get().map(({ text }) => text);
}

function state(now: "listening" | "thinking" | "speaking"): CallEvent {
  return { type: "state", state: now };
}

function caption(text: string): CallEvent {
  return { type: "caption", turn: "t1", text };
}

function end(text: string): CallEvent {
  return { type: "answer-end", turn: "t1", text, interrupted: false };
}

/** Lets everything happen that needs no time. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
