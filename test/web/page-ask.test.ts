import { describe, expect, test } from "vitest";
import { ApiError } from "../../web/api.ts";
import { en } from "../../web/messages/en.ts";
import { call, settle, start, texts } from "./page-fixture.ts";

describe("a typed question", () => {
  test("in a call goes to the assistant", async () => {
    const { page, room, hear } = await call({ ear: "deepgram", voice: "espeak" });
    hear({ type: "state", state: "listening" });
    page.ask("Why?");
    expect(room.sent.at(-1)).toEqual({ type: "ask", text: "Why?" });
    expect(page.conversation.get()).toMatchObject([{ who: "caller", text: "Why?", typed: true }]);
  });

  test("that does not reach the assistant of a call is said to be lost", async () => {
    const { page, hear, loseWhatIsSent } = await call({ ear: "deepgram", voice: "espeak" });
    hear({ type: "state", state: "listening" });
    loseWhatIsSent();
    page.ask("Why?");
    await settle();
    expect(texts(page.status).at(-1)).toBe(en.unsent);
    page.caller.hangUp();
    await settle();
    expect(texts(page.status).at(-1)).toBe(en.ends["hung-up"]);
  });

  test("is not sent into a call whose assistant is not there, where nobody would hear it", async () => {
    const { page, room, hear } = await call({ ear: "deepgram", voice: "espeak" });
    page.ask("Who is first?");
    expect(texts(page.status).at(-1)).toBe(en.unsent);
    hear({ type: "state", state: "listening" });
    room.tell({ type: "agent", here: false });
    page.ask("Why?");
    expect(room.sent).toEqual([]);
    expect(texts(page.status).slice(-2)).toEqual([en.gone, en.unsent]);
    hear({ type: "state", state: "listening" });
    page.ask("Why?");
    expect(room.sent).toEqual([{ type: "ask", text: "Why?" }]);
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

describe("an answer that the server's voice did not say", () => {
  const answer = [
    { type: "caption", turn: "t1", text: "A chair. A " },
    { type: "caption", turn: "t1", text: "table." },
  ] as const;
  const end = { type: "answer-end", turn: "t1", text: "A chair. A table.", interrupted: false } as const;
  const lost = { type: "speech", ear: "deepgram", voice: null } as const;

  test("is read once it is known that nobody says it", async () => {
    const { page, hear } = await call({ ear: "deepgram", voice: "espeak" });
    hear(...answer, end, lost, lost);
    expect(texts(page.answers)).toEqual(["A chair.", "A table."]);
  });

  test("is not read when it was said, or was interrupted", async () => {
    const { page, hear } = await call({ ear: "deepgram", voice: "espeak" });
    hear(...answer, { type: "spoken", turn: "t1", text: end.text }, end, lost);
    hear(
      { type: "speech", ear: "deepgram", voice: "espeak" },
      ...answer.map((part) => ({ ...part, turn: "t2" })),
    );
    hear({ ...end, turn: "t2", text: "", interrupted: true }, lost);
    expect(texts(page.answers)).toEqual([]);
  });
});

/** An answer that never ends by itself. */
async function* untilStopped(_question: unknown, _code: string, signal: AbortSignal): AsyncGenerator<string> {
  yield "A chair. ";
  await new Promise((_resolve, reject) =>
    signal.addEventListener("abort", () => reject(new Error("aborted"))),
  );
}
