import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ask, createTestScheduler, ids, submit } from "./test-scheduler.ts";

const quick = { numRuns: 60 };

describe("scheduling", () => {
  it("steps hold at most maxNumBatchedTokens, running requests first", async () => {
    const { scheduler, counts } = createTestScheduler({ maxNumBatchedTokens: 50 });
    await Promise.all([
      ask(scheduler, { ids: ids(120) }, { maxTokens: 4 }),
      ask(scheduler, { ids: ids(90, 500) }),
    ]);
    expect(Math.max(...counts.steps)).toBeLessThanOrEqual(50);
    expect(counts.steps.reduce((sum, tokens) => sum + tokens, 0)).toBe(120 + 90 + 3);
  });

  it("waiting requests go by priority, then by arrival; a running one keeps its slot", async () => {
    const { scheduler, counts } = createTestScheduler({ maxNumSeqs: 1 });
    const running = submit(scheduler, { ids: ids(20) }, { maxTokens: 5 });
    await new Promise((resolve) => void setImmediate(() => setImmediate(resolve)));
    expect(scheduler.running).toBe(1);
    const jobs = [10, 0, 10, -5].map((priority, index) =>
      submit(scheduler, { ids: ids(20, 100 * (index + 1)) }, { priority }),
    );
    expect(scheduler.waiting).toBe(4);
    await Promise.all([running, ...jobs].map((job) => job.done));
    const order = counts.started.map((request) => request.ids[0]);
    expect(order).toEqual([0, 400, 200, 100, 300]);
  });

  it("fcfs ignores priorities", async () => {
    const { scheduler, counts } = createTestScheduler({ maxNumSeqs: 1, policy: "fcfs" });
    const jobs = [5, 0, -5].map((priority, index) =>
      submit(scheduler, { ids: ids(20, 100 * index) }, { priority }),
    );
    await Promise.all(jobs.map((job) => job.done));
    expect(counts.started.map((request) => request.ids[0])).toEqual([0, 100, 200]);
  });

  it("preempts the least important running request when KV memory is full, and finishes all", async () => {
    const { scheduler, counts } = createTestScheduler({ kvTokens: 160 });
    const important = submit(scheduler, { ids: ids(60) }, { maxTokens: 60, priority: 0 });
    const other = submit(scheduler, { ids: ids(60, 500) }, { maxTokens: 60, priority: 5 });
    const ends: string[] = [];
    void important.done.then(() => ends.push("important"));
    void other.done.then(() => ends.push("other"));
    await Promise.all([important.done, other.done]);
    expect(ends).toEqual(["important", "other"]);
    expect(counts.preempted).toBeGreaterThan(0);
    expect(important.request.preemptions).toBe(0);
    expect(other.request.generated).toBe(60);
    expect(scheduler.kvUsage).toBe(0);
  });

  it("never loses or doubles a request, whatever is submitted and aborted", async () => {
    const job = fc.record({
      length: fc.integer({ min: 1, max: 120 }),
      from: fc.integer({ min: 0, max: 2 }),
      maxTokens: fc.integer({ min: 1, max: 30 }),
      priority: fc.integer({ min: -1, max: 1 }),
      aborted: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(job, { minLength: 1, maxLength: 12 }), async (jobs) => {
        const { scheduler } = createTestScheduler({ kvTokens: 192, maxNumSeqs: 3, maxNumBatchedTokens: 64 });
        const submitted = jobs.map(({ length, from, ...how }) =>
          submit(scheduler, { ids: ids(length, from * 1000) }, how),
        );
        jobs.forEach(({ aborted }, index) => {
          const one = submitted[index];
          if (aborted && one !== undefined) scheduler.abort(one.request);
        });
        await Promise.all(
          submitted.filter((_, index) => jobs[index]?.aborted === false).map((one) => one.done),
        );
        submitted.forEach(({ request }, index) => {
          expect(request.generated).toBe(jobs[index]?.aborted ? 0 : jobs[index]?.maxTokens);
          expect(request.state).toBe("done");
        });
        expect(scheduler.running + scheduler.waiting).toBe(0);
        expect(scheduler.kvUsage).toBe(0);
      }),
      quick,
    );
  });
});
