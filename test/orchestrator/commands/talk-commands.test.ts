import { describe, expect, it } from "vitest";
import { answerLocally } from "../../../orchestrator/commands/talk-commands.ts";
import type { Verbosity } from "../../../orchestrator/turn/verbosity.ts";

const after = (
  text: string,
  talk: { language?: string; verbosity?: Verbosity; lastAnswer?: string } = {},
): ReturnType<typeof answerLocally> =>
  answerLocally(text, { language: "en", verbosity: "normal", lastAnswer: undefined, sent: [], ...talk });

const ANSWER = "The sign says “Karl”.";

describe("a local command at the terminal", () => {
  it.each<readonly [string, Parameters<typeof after>[1], ReturnType<typeof answerLocally>]>([
    ["say that again", { lastAnswer: ANSWER }, { say: ANSWER, verbosity: "normal", over: false }],
    ["repeat", {}, { say: "I haven't said anything yet.", verbosity: "normal", over: false }],
    ["spell that", { lastAnswer: ANSWER }, { say: "K, A, R, L.", verbosity: "normal", over: false }],
    ["spell that", {}, { say: "There is nothing to spell yet.", verbosity: "normal", over: false }],
    ["shorter", {}, { say: "Shorter.", verbosity: "short", over: false }],
    [
      "shorter",
      { verbosity: "short" },
      { say: "My answers are as short as they get.", verbosity: "short", over: false },
    ],
    ["more", { lastAnswer: ANSWER }, { say: undefined, verbosity: "long", over: false }],
    ["more", {}, { say: "More.", verbosity: "long", over: false }],
    ["longer answers", { lastAnswer: ANSWER }, { say: "More.", verbosity: "long", over: false }],
    [
      "longer answers",
      { verbosity: "long" },
      { say: "My answers are as long as they get.", verbosity: "long", over: false },
    ],
    ["goodbye", {}, { say: "Goodbye.", verbosity: "normal", over: true }],
    ["tschüss", { language: "de" }, { say: "Auf Wiederhören.", verbosity: "normal", over: true }],
  ])("%s, %o", (text, talk, answer) => {
    expect(after(text, talk)).toEqual(answer);
  });

  it.each(["slower", "faster", "just the text"])(
    "%s: there is no voice here, and no model is asked",
    (text) => {
      expect(after(text, { lastAnswer: ANSWER })?.say).toBe(
        "Here my answers are text; your own device decides how it reads them.",
      );
    },
  );

  it.each(["stop", "What is in front of me?", "tschüss"])("%s is none of its own", (text) => {
    expect(after(text, { lastAnswer: ANSWER })).toBeUndefined();
  });
});
