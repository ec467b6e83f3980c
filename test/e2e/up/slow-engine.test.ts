import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { prepareStack, type Stack } from "./stack.ts";

const QUESTION = "What is two and two?";
/** Scraped, evaluated, and a little more. */
const SEEN_MS = 20_000;

let stack: Stack;
beforeAll(async () => {
  stack = await prepareStack({
    script: [],
    says: [],
    // The cloud is not to hide how slow the engine is.
    environment: { LOCAL_FALLBACK_AFTER_MS: "1400" },
  });
}, 150_000);
afterAll(() => stack?.close(), 60_000);

test("an engine that is slow: the alert fires, which was silent before", async () => {
  const asked = async (count: number): Promise<void> => {
    for (let nth = 0; nth < count; nth++) expect((await stack.ask(QUESTION)).status).toBe(200);
  };
  const quick = await stack.up("--simulator=--profile h100-2b");
  expect(quick.code, quick.stderr).toBe(0);
  await stack.hasten(1);
  // A counter's first value is no increase of it.
  await asked(1);
  await vi.waitFor(async () => {
    const seen = await stack.query('sightline_engine_attempts_total{job="gateway",engine="local"} > 0');
    expect(seen).toHaveLength(1);
  }, SEEN_MS);
  await asked(24);
  await vi.waitFor(async () => {
    const [counted] = await stack.query('sum(increase(sightline_engine_attempts_total{engine="local"}[1h]))');
    expect(counted?.value).toBeGreaterThan(20);
  }, SEEN_MS);
  expect(await stack.alerts()).not.toContain("TtftBudgetBurnsFast");
  expect((await stack.run("down", "--now")).code).toBe(0);
  // Of the quick answers nothing is known any more.
  rmSync(join(stack.dataDir, "up", "prometheus", "data"), { recursive: true });
  const slow = await stack.up("--simulator=--profile h100-2b --fault slow-first=700");
  expect(slow.code, slow.stderr).toBe(0);
  await stack.hasten(1);
  await asked(3);
  await vi.waitFor(async () => {
    const [counted] = await stack.query('sum(sightline_ttft_seconds_count{job="gateway",engine="local"})');
    expect(counted?.value).toBeGreaterThanOrEqual(3);
  }, SEEN_MS);
  await asked(26);
  await vi.waitFor(async () => expect(await stack.alerts()).toContain("TtftBudgetBurnsFast"), SEEN_MS);
}, 180_000);
