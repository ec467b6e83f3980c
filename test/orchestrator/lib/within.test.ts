import { setTimeout as wait } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { within } from "../../../orchestrator/lib/within.ts";

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

test("work that is done in time gives what it gives, and leaves no timer", async () => {
  const before = timers();
  expect(await within(Promise.resolve("done"), 60_000, "late")).toBe("done");
  expect(timers()).toBe(before);
});

test("work that fails in time throws, and leaves no timer", async () => {
  const before = timers();
  const fault = new Error("broken");
  await expect(within(Promise.reject(fault), 60_000, "late")).rejects.toBe(fault);
  expect(timers()).toBe(before);
});

test("work that takes longer is left behind, also when it fails at last", async () => {
  const unheard = vi.fn<() => void>();
  process.on("unhandledRejection", unheard);
  const work = Promise.withResolvers<string>();
  expect(await within(work.promise, 5, "late")).toBe("late");
  work.reject(new Error("too late"));
  await wait(5);
  process.off("unhandledRejection", unheard);
  expect(unheard).not.toHaveBeenCalled();
});
