import { describe, expect, test } from "vitest";
import { type Press, SHORTCUTS, shortcutOf } from "../../web/shortcuts.ts";

const PRESS: Press = {
  key: "m",
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  repeat: false,
  defaultPrevented: false,
};

describe("shortcutOf", () => {
  test.each(SHORTCUTS)("$key: $does, in either case", ({ key, does }) => {
    expect(shortcutOf({ ...PRESS, key }, false, true)).toBe(does);
    expect(shortcutOf({ ...PRESS, key: key.toUpperCase() }, false, true)).toBe(does);
  });

  test("letters are text in a field, and can be switched off; Escape always works", () => {
    expect(shortcutOf(PRESS, true, true)).toBeUndefined();
    expect(shortcutOf(PRESS, false, false)).toBeUndefined();
    expect(shortcutOf({ ...PRESS, key: "Escape" }, true, false)).toBe("stop");
  });

  test.each<Partial<Press>>([
    { ctrlKey: true },
    { altKey: true },
    { metaKey: true },
    { repeat: true },
    { defaultPrevented: true },
    { key: "x" },
  ])("%j is the browser's", (part) => {
    expect(shortcutOf({ ...PRESS, ...part }, false, true)).toBeUndefined();
  });
});
