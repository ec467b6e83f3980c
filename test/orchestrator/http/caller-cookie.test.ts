import { describe, expect, test } from "vitest";
import { cookieOf, createCallerCookies } from "../../../orchestrator/http/caller-cookie.ts";

const nowMs = 1_790_000_000_000;
const options = { secret: "one secret", accessCode: "first code", lifeMs: 1000 };
const cookies = createCallerCookies(options);
const caller = cookies.newCaller();
const value = cookies.write({ caller, granted: true }, nowMs);

describe("a caller's cookie", () => {
  test("says who calls, and whether the code was entered", () => {
    expect(cookies.read(value, nowMs)).toEqual({ caller, granted: true });
    const plain = cookies.write({ caller, granted: false }, nowMs);
    expect(cookies.read(plain, nowMs)).toEqual({ caller, granted: false });
  });

  test("names 128 random bits", () => {
    expect(caller).toMatch(/^caller-[\w-]{22}$/);
    expect(new Set(Array.from({ length: 100 }, () => cookies.newCaller())).size).toBe(100);
  });

  test("holds no code", () => {
    expect(value).not.toContain("first");
    expect(Buffer.from(value.split(".")[2] ?? "", "base64url").toString()).not.toContain("first");
  });

  test("of another code is no grant any more, but the same caller", () => {
    const changed = createCallerCookies({ ...options, accessCode: "second code" });
    expect(changed.read(value, nowMs)).toEqual({ caller, granted: false });
    const opened = createCallerCookies({ ...options, accessCode: undefined });
    const open = opened.write({ caller, granted: true }, nowMs);
    expect(cookies.read(open, nowMs)).toEqual({ caller, granted: false });
  });

  const other = cookies.newCaller();
  test.each([
    ["missing", undefined],
    ["empty", ""],
    [
      "of another secret",
      createCallerCookies({ ...options, secret: "x" }).write({ caller, granted: true }, nowMs),
    ],
    ["for somebody else", value.replace(caller, other)],
    ["prolonged", value.replace(String(nowMs + 1000), String(nowMs + 9000))],
    ["granted by hand", cookies.write({ caller, granted: false }, nowMs).replace("..", ".open.")],
    ["without a signature", value.slice(0, value.lastIndexOf(".") + 1)],
    ["with a short signature", value.slice(0, -4)],
    ["with something behind it", `${value}.x`],
    ["of dots", "...."],
  ])("that is %s is nobody's", (_, bad) => {
    expect(cookies.read(bad, nowMs)).toBeUndefined();
  });

  test("expires", () => {
    expect(cookies.read(value, nowMs + 999)).toBeDefined();
    expect(cookies.read(value, nowMs + 1000)).toBeUndefined();
  });
});

test.each([
  ["a=1; b=2", "b", "2"],
  ["b=2", "b", "2"],
  ["xb=1;b=2=3", "b", "2=3"],
  ["a=b=c", "b", undefined],
  ["", "b", undefined],
  [undefined, "b", undefined],
])("of the header %j the cookie %j is %j", (header, name, expected) => {
  expect(cookieOf(header, name)).toBe(expected);
});
