import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { CheckState, HealthOptions } from "../../../orchestrator/http/health-routes.ts";
import { startGateway } from "./gateway-fixture.ts";

type Checks = HealthOptions["checks"];
const withChecks = (checks: Checks, metricsToken?: string) =>
  startGateway({
    health: {
      checks,
      essential: ["engine"],
      metrics: async () => ({ contentType: "text/plain", text: "calls 1\n" }),
      metricsToken,
    },
  });
const is = (state: CheckState) => () => state;

describe("health", () => {
  test.each<[string, Checks, number, string]>([
    ["all is well", { engine: is("ok"), store: is("ok") }, 200, "ok"],
    ["something has less", { engine: is("ok"), store: is("degraded") }, 200, "degraded"],
    ["something of no account has failed", { engine: is("ok"), store: is("failed") }, 200, "degraded"],
    ["the essential has less", { engine: is("degraded") }, 200, "degraded"],
    ["the essential has failed", { engine: is("failed"), store: is("ok") }, 503, "unavailable"],
    ["a check throws", { engine: () => Promise.reject(new Error("at ws://inner")) }, 503, "unavailable"],
  ])("when %s", async (_, checks, status, word) => {
    const gateway = await withChecks(checks);
    for (const path of ["/readyz", "/health", "/api/v1/health"]) {
      const answer = await gateway.ask(path);
      expect(answer.status).toBe(status);
      expect(answer.json["status"]).toBe(word);
      expect(Object.keys(answer.json["checks"] as object)).toEqual([...Object.keys(checks), "loop"]);
      expect(answer.text).not.toContain("inner");
    }
    expect((await gateway.ask("/livez")).json).toEqual({ status: "ok" });
  });

  test("does not wait for a check that hangs", async () => {
    const gateway = await withChecks({ engine: () => new Promise(() => undefined) });
    const answer = await gateway.ask("/readyz");
    expect(answer.json).toEqual({ status: "unavailable", checks: { engine: "failed", loop: "ok" } });
  });

  test("is not there for a while when the event loop has stood still for more than a second", async () => {
    const gateway = await withChecks({ engine: is("ok") });
    expect((await gateway.ask("/readyz")).status).toBe(200);
    await wait(50);
    for (const untilMs = performance.now() + 1100; performance.now() < untilMs;);
    await wait(50);
    const answer = await gateway.ask("/readyz");
    expect(answer.status).toBe(503);
    expect(answer.json["checks"]).toEqual({ engine: "ok", loop: "failed" });
    expect((await gateway.ask("/livez")).status).toBe(200);
  });
});

describe("metrics", () => {
  const checks = { engine: is("ok") };
  test.each([
    ["this machine", {}, undefined, 200],
    ["a foreign name that points here", { host: "evil.example" }, undefined, 403],
    ["a proxy of this machine", { host: "calls.example.org" }, undefined, 403],
    [
      "whoever has the token",
      { authorization: "Bearer metrics-token", host: "10.0.0.7" },
      "metrics-token",
      200,
    ],
    ["whoever has another", { authorization: "Bearer other" }, "metrics-token", 403],
    ["this machine without the token", {}, "metrics-token", 403],
  ])("for %s", async (_, headers, token, status) => {
    const gateway = await withChecks(checks, token);
    const answer = await gateway.ask("/metrics", { headers });
    expect(answer.status).toBe(status);
    expect(answer.text.startsWith("calls 1")).toBe(status === 200);
  });
});
