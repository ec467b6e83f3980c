import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSpeakable, toSpeakable } from "../../../orchestrator/speech/speakable.ts";

describe("toSpeakable", () => {
  it.each([
    ["**Bold** and _it_ and `code`", "Bold and it and code"],
    ["5*3 is 15, snake_case stays", "5*3 is 15, snake_case stays"],
    ["see [the docs](http://a.b/c) now", "see the docs now"],
    ["# Head\n- one\n* two\n> three", "Head. one. two. three"],
    ["Hi 😀👍🏽 there 👨‍👩‍👧 🇩🇪 1️⃣!", "Hi there 1!"],
    ["phonemes [[h@l'oU]] are not", "phonemes h@l'oU are not"],
    ["<b>x</b> | y", "x y"],
    ["3 < 5 and x > 2", "3 < 5 and x > 2"],
    ["Milk: \n\n- one \n- two!\nEnd", "Milk: one. two! End"],
    ["  two \n\n lines ", "two. lines"],
    ["-5 °C, 10 % and $5", "-5 °C, 10 % and $5"],
    ["a\u0000b\u001bc", "abc"],
  ])("says %j as %j", (raw, text) => {
    expect(toSpeakable(raw).text).toBe(text);
  });

  it("knows where each raw character went", () => {
    const { text, ...speakable } = toSpeakable("**Yes**, it _is_");
    expect(text.slice(0, speakable.spokenUpTo(7))).toBe("Yes");
    expect(text.slice(0, speakable.spokenUpTo(9))).toBe("Yes, ");
    expect(speakable.spokenUpTo(99)).toBe(text.length);
  });

  it("keeps every letter and digit in order and maps ascending", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("ab1 *_`#[]()-.\n😀")) }), (raw) => {
        const { text, ...speakable } = toSpeakable(raw);
        const withoutLinks = raw.replaceAll(/\]\([^)\s]*\)/g, "").replaceAll(/```\w*/g, "");
        expect(text.replaceAll(/[^a-z0-9]/g, "")).toBe(withoutLinks.replaceAll(/[^a-z0-9]/g, ""));
        for (let at = 0; at < raw.length; at++)
          expect(speakable.spokenUpTo(at)).toBeLessThanOrEqual(speakable.spokenUpTo(at + 1));
        expect(speakable.spokenUpTo(raw.length)).toBe(text.length);
      }),
    );
  });
});

describe("isSpeakable", () => {
  it.each([
    ["Yes.", true],
    ["5", true],
    ["你", true],
    ["… ?!", false],
    ["", false],
  ])("%j: %s", (text, expected) => {
    expect(isSpeakable(text)).toBe(expected);
  });
});
