import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createPurposeKeys } from "../../../orchestrator/engines/crypto.ts";

const secret = "0123456789abcdef0123456789abcdef";
const picture = createHash("sha256").update("picture").digest("hex");
const keys = createPurposeKeys(secret);

describe("purpose keys", () => {
  it("give 256 bits as 43 base64url characters, which vLLM takes as a salt", () => {
    for (const conversation of ["a", "", "call/1@x\\\u0000", "x".repeat(5000)]) {
      expect(keys.cacheSalt(conversation)).toMatch(/^[\w-]{43}$/u);
      expect(keys.pictureId(conversation, picture)).toMatch(/^[\w-]{43}$/u);
      expect(keys.sessionId(conversation)).toMatch(/^[\w-]{22}$/u);
    }
  });

  it("are the same for the same secret, and only for it", () => {
    expect(createPurposeKeys(secret).cacheSalt("call")).toBe(keys.cacheSalt("call"));
    expect(createPurposeKeys(secret).pictureId("call", picture)).toBe(keys.pictureId("call", picture));
    expect(createPurposeKeys(`${secret}!`).cacheSalt("call")).not.toBe(keys.cacheSalt("call"));
  });

  it("part conversations, pictures and purposes", () => {
    const names = [
      keys.cacheSalt("one"),
      keys.cacheSalt("two"),
      keys.sessionId("one"),
      keys.sessionId("two"),
      keys.cacheSalt("one").slice(0, 22),
      keys.cacheSalt(picture),
      keys.pictureId("one", picture),
      keys.pictureId("two", picture),
      keys.pictureId("one", picture.replace(/^./u, "0")),
    ];
    expect(new Set(names).size).toBe(names.length);
  });

  it("without a secret are random", () => {
    const random = [createPurposeKeys(undefined), createPurposeKeys(undefined)];
    expect(random[0]?.cacheSalt("call")).toBe(random[0]?.cacheSalt("call"));
    expect(random[0]?.cacheSalt("call")).not.toBe(random[1]?.cacheSalt("call"));
  });
});
