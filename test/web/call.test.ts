import { describe, expect, test } from "vitest";
import { type CallChange, type CallView, changeCall, isProblem, isSounding, noCall } from "../../web/call.ts";

describe("changeCall", () => {
  test("a call from the press to its end", () => {
    const steps = [
      after({ type: "called" }),
      after({ type: "called" }, { type: "connected" }),
      after({ type: "called" }, { type: "connected" }, { type: "reconnecting" }),
      after({ type: "called" }, { type: "connected" }, { type: "reconnecting" }, { type: "reconnected" }),
      after({ type: "called" }, { type: "connected" }, { type: "over", reason: "lost" }),
    ];
    expect(steps.map(({ phase }) => phase)).toEqual([
      "connecting",
      "in-call",
      "reconnecting",
      "in-call",
      "idle",
    ]);
    expect(steps.at(-1)?.outcome).toEqual({ end: "lost" });
  });

  test("a next call forgets how the last one ended, and keeps the rate", () => {
    const view = after(
      { type: "called" },
      { type: "event", event: { type: "rate", rate: 1.4, by: "caller" } },
      { type: "failed", fault: "unreachable" },
      { type: "called" },
    );
    expect(view).toEqual({ ...noCall, phase: "connecting", rate: 1.4 });
  });

  test.each<CallChange>([
    { type: "event", event: { type: "state", state: "speaking" } },
    { type: "device", device: "camera", state: "on" },
    { type: "agent", agent: "late" },
    { type: "reconnecting" },
    { type: "over", reason: "lost" },
  ])("$type that comes after the call changes nothing", (late) => {
    const over = after({ type: "called" }, { type: "over", reason: "hung-up" });
    expect(changeCall(over, late)).toBe(over);
  });

  test("an assistant that dropped out no longer speaks", () => {
    const view = after(
      { type: "called" },
      { type: "connected" },
      { type: "event", event: { type: "state", state: "speaking" } },
      { type: "agent", agent: "gone" },
    );
    expect(view).toMatchObject({ agent: "gone", state: "listening" });
  });

  test("a hint stands until the picture is well again", () => {
    const dark = after(
      { type: "called" },
      { type: "event", event: { type: "hint", hint: "too-dark", text: "Dark." } },
    );
    expect(dark.hint).toBe("Dark.");
    const well = changeCall(dark, { type: "event", event: { type: "hint", hint: null, text: "" } });
    expect(well.hint).toBeNull();
  });
});

describe("isSounding", () => {
  const speaking: CallView = { ...noCall, phase: "in-call", state: "speaking" };
  test.each<readonly [string, CallView, boolean, boolean]>([
    ["an answer is being played", speaking, true, true],
    ["an answer is about to be played", { ...speaking, state: "thinking" }, true, true],
    ["only listening", { ...speaking, state: "listening" }, true, false],
    ["the screen reader reads the answers", speaking, false, false],
    ["this device speaks", { ...speaking, state: "listening", deviceSpeaks: true }, true, true],
    ["the connection is lost", { ...speaking, phase: "reconnecting" }, true, false],
    ["the browser holds the sound back", { ...speaking, soundBlocked: true }, true, false],
  ])("%s", (_name, view, aloud, sounding) => {
    expect(isSounding(view, aloud)).toBe(sounding);
  });
});

test("isProblem", () => {
  expect(isProblem("refused")).toBe(true);
  expect(isProblem("muted")).toBe(false);
});

function after(...changes: readonly CallChange[]): CallView {
  return changes.reduce(changeCall, noCall);
}
