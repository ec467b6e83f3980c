import { describe, expect, it } from "vitest";
import { HttpFault } from "../../../orchestrator/engines/http-fault.ts";
import { planResend, RETRY_DELAY_MS } from "../../../orchestrator/engines/resend.ts";
import { EngineError, type EngineErrorCategory } from "../../../orchestrator/errors.ts";

const retry = { afterMs: RETRY_DELAY_MS };
const atOnce = { afterMs: 0 };

describe("a second request", () => {
  it.each([
    ["server", "http-500", retry],
    ["server", "http-502", retry],
    ["at-capacity", "http-503", retry],
    ["at-capacity", "http-429", retry],
    ["connectivity", "connect", retry],
    ["connectivity", "reset", retry],
    ["connectivity", "eof-without-done", retry],
    ["server", "abort", retry],
    ["server", "done-without-finish", retry],
    ["server", "midstream-error", retry],
    ["server", "content-type", undefined],
    ["server", "decode", undefined],
    ["server", "empty-answer", undefined],
    ["server", "http-302", undefined],
    ["timeout", "ttft", undefined],
    ["timeout", "gap", undefined],
    ["invalid-request", "http-400", undefined],
    ["invalid-request", "prompt-too-long", undefined],
    ["invalid-request", "image-cache-miss", undefined],
    ["unauthorized", "http-401", undefined],
  ] as const)("after %s %s: %o", (category, code, expected) => {
    expect(plan(category, code)).toEqual(expected);
  });

  it.each([
    ["invalid-request", "image-cache-miss", atOnce],
    ["invalid-request", "http-400", atOnce],
    ["invalid-request", "http-422", atOnce],
    ["server", "midstream-error", atOnce],
    ["server", "http-500", atOnce],
    ["invalid-request", "prompt-too-long", undefined],
    ["invalid-request", "too-many-pictures", undefined],
    ["invalid-request", "unknown-model", undefined],
    ["unauthorized", "http-401", undefined],
  ] as const)("after %s %s, when pictures went by their id: %o", (category, code, expected) => {
    expect(plan(category, code, { usedPictureIds: true, leftMs: 200 })).toEqual(expected);
  });

  it("comes only with 60 % of the first-token deadline left", () => {
    expect(plan("server", "http-500", { leftMs: 600 })).toEqual(retry);
    expect(plan("server", "http-500", { leftMs: 599 })).toBeUndefined();
    expect(plan("invalid-request", "image-cache-miss", { leftMs: 0, usedPictureIds: true })).toBeUndefined();
  });

  it("waits as long as the server asks, if that is shorter than what is left", () => {
    const busy = (retryAfterMs: number): EngineError =>
      new HttpFault("local", "at-capacity", "http-503", { message: "busy", retryAfterMs });
    expect(planResend({ ...base, fault: busy(200) })).toEqual({ afterMs: 200 });
    expect(planResend({ ...base, fault: busy(0) })).toEqual({ afterMs: 0 });
    expect(planResend({ ...base, fault: busy(1000) })).toBeUndefined();
    expect(planResend({ ...base, fault: busy(60_000) })).toBeUndefined();
  });
});

const base = { usedPictureIds: false, leftMs: 1000, firstTokenMs: 1000 };

function plan(category: EngineErrorCategory, code: string, failed: Partial<typeof base> = {}): unknown {
  return planResend({ ...base, ...failed, fault: new EngineError("local", category, code) });
}
