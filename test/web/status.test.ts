import { describe, expect, test } from "vitest";
import { type CallView, noCall } from "../../web/call.ts";
import { de } from "../../web/messages/de.ts";
import { en } from "../../web/messages/en.ts";
import { announcementsOf, problemsOf, rateText, statusOf } from "../../web/status.ts";

const IN_CALL: CallView = { ...noCall, phase: "in-call", agent: "here", microphone: "on", camera: "on" };
/** A call without a voice of the assistant's. */
const SILENT: Partial<CallView> = { voice: null };

describe("statusOf", () => {
  test.each<readonly [Partial<CallView>, string]>([
    [{ phase: "idle", outcome: null }, ""],
    [{ phase: "connecting" }, en.connecting],
    [{ agent: "awaited" }, en.connecting],
    [{}, en.inCall],
    [{ ear: null }, en.inCallTyped],
    [{ agent: "gone" }, en.gone],
    [{ phase: "reconnecting" }, en.reconnecting],
    [{ phase: "idle", outcome: { end: "lost" } }, en.ends.lost],
    [{ phase: "idle", outcome: { fault: "too-many" } }, en.faults["too-many"]],
  ])("%j", (part, text) => {
    expect(statusOf({ ...IN_CALL, ...part }, en)).toBe(text);
  });
});

describe("announcementsOf", () => {
  test.each<readonly [string, Partial<CallView>, Partial<CallView>, readonly string[]]>([
    ["what the assistant does is not said: it is heard", { state: "listening" }, { state: "speaking" }, []],
    ["the call's beginning", { agent: "awaited", phase: "connecting" }, { agent: "here" }, [en.inCall]],
    ["devices that start with the call are not said", { camera: "starting" }, { camera: "on" }, []],
    ["a camera that is switched on again is", { camera: "muted" }, { camera: "on" }, [en.devices.camera.on]],
    ["a mute", { microphone: "on" }, { microphone: "muted" }, [en.devices.microphone.muted]],
    ["a refusal", { microphone: "starting" }, { microphone: "refused" }, [en.problems.microphone.refused]],
    ["a shared screen, by its voice", { screen: "off" }, { screen: "on" }, []],
    ["a shared screen", { ...SILENT, screen: "off" }, { ...SILENT, screen: "on" }, [en.devices.screen.on]],
    ["its end", { ...SILENT, screen: "on" }, { ...SILENT, screen: "off" }, [en.devices.screen.muted]],
    ["another rate is not said: the assistant tells it", { rate: 1 }, { rate: 1.1 }, []],
    ["nor just the text", { textOnly: false }, { textOnly: true }, []],
    ["sound that is held back", { soundBlocked: false }, { soundBlocked: true }, [en.soundBlocked]],
    ["a connection that is back", { phase: "reconnecting" }, { phase: "in-call" }, [en.reconnected]],
    ["a hint that a voice speaks is not said", { hint: null }, { hint: "Too dark." }, []],
    [
      "a hint that nobody speaks",
      { hint: null, voice: null },
      { hint: "Too dark.", voice: null },
      ["Too dark."],
    ],
  ])("%s", (_name, before, now, texts) => {
    expect(announcementsOf({ ...IN_CALL, ...now }, { ...IN_CALL, ...before }, en)).toEqual(texts);
  });

  test("the same failure twice is said twice", () => {
    const failed: CallView = { ...noCall, outcome: { fault: "unreachable" } };
    const again: CallView = { ...noCall, outcome: { fault: "unreachable" } };
    expect(announcementsOf(again, failed, en)).toEqual([en.faults.unreachable]);
  });

  test("the end of a call does not name every device", () => {
    const over: CallView = { ...noCall, outcome: { end: "hung-up" } };
    expect(announcementsOf(over, IN_CALL, en)).toEqual([en.ends["hung-up"]]);
  });
});

test("problemsOf tells each device that gives nothing, with the way out", () => {
  const view: CallView = { ...IN_CALL, microphone: "missing", camera: "muted" };
  expect(problemsOf(view, en)).toEqual([{ device: "microphone", text: en.problems.microphone.missing }]);
});

test("rateText is written in the language's way", () => {
  expect([rateText(1.2, en), rateText(1.2, de), rateText(1, en)]).toEqual(["1.2", "1,2", "1"]);
});
