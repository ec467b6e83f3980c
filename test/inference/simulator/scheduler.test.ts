import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEncoderCache } from "../../../inference/simulator/encoder-cache.ts";
import { createEngineRequest, type EngineRequest } from "../../../inference/simulator/engine-request.ts";
import { createLatency } from "../../../inference/simulator/latency.ts";
import { type LatencyProfile, profiles } from "../../../inference/simulator/profiles.ts";
import type { ImageItem, PlacedImage, Prompt } from "../../../inference/simulator/prompt.ts";
import { hashText } from "../../../inference/simulator/hash.ts";
import { Scheduler, type SchedulerOptions } from "../../../inference/simulator/scheduler.ts";

const BLOCK = 16;

function createTestScheduler(
  options: Partial<SchedulerOptions> & { readonly profile?: LatencyProfile } = {},
) {
  const counts = { started: [] as EngineRequest[], steps: [] as number[], preempted: 0 };
  const maxNumBatchedTokens = options.maxNumBatchedTokens ?? 4096;
  const scheduler = new Scheduler({
    blockSize: BLOCK,
    kvTokens: 64_000,
    maxNumSeqs: 8,
    maxNumBatchedTokens,
    policy: "priority",
    latency: createLatency(options.profile ?? profiles.zero, 8, 1),
    encoder: createEncoderCache(maxNumBatchedTokens),
    events: {
      started: (request) => void counts.started.push(request),
      step: (tokens) => void counts.steps.push(tokens),
      preempted: () => void (counts.preempted += 1),
    },
    ...options,
  });
  return { scheduler, counts };
}

interface Job {
  readonly request: EngineRequest;
  readonly done: Promise<EngineRequest>;
}

function submit(
  scheduler: Scheduler,
  prompt: Partial<Prompt> & { readonly ids: readonly number[] },
  { maxTokens = 1, priority = 0 } = {},
): Job {
  let resolve: (request: EngineRequest) => void;
  const done = new Promise<EngineRequest>((fulfil) => void (resolve = fulfil));
  const request = createEngineRequest({
    prompt: { images: [], salt: undefined, ...prompt },
    priority,
    maxTokens,
    arrivedMs: 0,
    next: (index) => ({ id: 900_000 + index, text: "x" }),
    onSample({ end }) {
      if (end !== undefined) resolve(request);
      return false;
    },
  });
  scheduler.submit(request);
  return { request, done };
}

const ask = async (...input: Parameters<typeof submit>): Promise<EngineRequest> => submit(...input).done;

const ids = (length: number, from = 0): number[] => Array.from({ length }, (_, index) => from + index);
const item = (key: string, tokens: number): ImageItem => ({
  key,
  keyHash: hashText(key),
  resized: { width: 28, height: 28 * tokens, tokens, patches: tokens * 4 },
  width: 28,
  height: 28,
  bytes: Buffer.alloc(0),
});
const withImage = (
  key: string,
  offset: number,
  tokens: number,
  length: number,
): { ids: number[]; images: PlacedImage[] } => ({
  ids: ids(length).map((id) => (id >= offset && id < offset + tokens ? 151_655 : id)),
  images: [{ item: item(key, tokens), offset, tokens }],
});

const anyPrompt = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 200 });
const quick = { numRuns: 60 };

describe("prefix cache rules", () => {
  it("a hit is 16 · ⌊min(match, n − 1) / 16⌋, for any history of prompts", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyPrompt, { minLength: 1, maxLength: 6 }), async (prompts) => {
        const { scheduler } = createTestScheduler();
        const seen: number[][] = [];
        for (const prompt of prompts) {
          const { cached } = await ask(scheduler, { ids: prompt });
          const match = Math.max(0, ...seen.map((other) => commonPrefix(other, prompt)));
          expect(cached).toBe(BLOCK * Math.floor(Math.min(match, prompt.length - 1) / BLOCK));
          seen.push(prompt);
        }
      }),
      quick,
    );
  });

  it("an appended prompt hits the whole former one, its answer included", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyPrompt,
        anyPrompt,
        fc.integer({ min: 1, max: 40 }),
        async (prompt, more, maxTokens) => {
          const { scheduler } = createTestScheduler();
          const first = await ask(scheduler, { ids: prompt }, { maxTokens });
          const next = [...first.ids, ...more];
          const { cached } = await ask(scheduler, { ids: next });
          // the last sampled token was never computed
          const computed = first.ids.length - 1;
          expect(cached).toBe(BLOCK * Math.floor(Math.min(computed, next.length - 1) / BLOCK));
        },
      ),
      quick,
    );
  });

  it("another salt hits nothing, the same salt everything", async () => {
    const { scheduler } = createTestScheduler();
    await ask(scheduler, { ids: ids(100), salt: "a" });
    expect((await ask(scheduler, { ids: ids(100), salt: "b" })).cached).toBe(0);
    expect((await ask(scheduler, { ids: ids(100) })).cached).toBe(0);
    expect((await ask(scheduler, { ids: ids(100), salt: "a" })).cached).toBe(96);
  });

  it("another picture in the same place hits what stands before its first block, and nothing after", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 80 }),
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 60 }),
        async (offset, tokens, tail) => {
          const { scheduler } = createTestScheduler();
          const length = offset + tokens + tail;
          await ask(scheduler, withImage("a", offset, tokens, length));
          const other = await ask(scheduler, withImage("b", offset, tokens, length));
          expect(other.cached).toBe(BLOCK * Math.floor(Math.min(offset, length - 1) / BLOCK));
          const same = await ask(scheduler, withImage("a", offset, tokens, length));
          expect(same.cached).toBe(BLOCK * Math.floor((length - 1) / BLOCK));
        },
      ),
      quick,
    );
  });

  it("the same picture moved by a token hits nothing of its own", async () => {
    const { scheduler } = createTestScheduler();
    await ask(scheduler, withImage("a", 32, 40, 100));
    expect((await ask(scheduler, withImage("a", 33, 40, 100))).cached).toBe(32);
  });

  it("a prompt hits its own prefill while that still runs", async () => {
    const slow = { ...profiles.zero, perTokenMs: 0.05 };
    const { scheduler } = createTestScheduler({ profile: slow, maxNumBatchedTokens: 64 });
    const prefill = submit(scheduler, { ids: ids(640) });
    await new Promise((resolve) => void setTimeout(resolve, 10));
    const question = await ask(scheduler, { ids: [...ids(640), 7, 8, 9] });
    expect(question.cached).toBeGreaterThan(0);
    await prefill.done;
  });

  it("an aborted prefill leaves its blocks behind", async () => {
    const slow = { ...profiles.zero, perTokenMs: 0.05 };
    const { scheduler } = createTestScheduler({ profile: slow, maxNumBatchedTokens: 64 });
    const { request } = submit(scheduler, { ids: ids(640) });
    await new Promise((resolve) => void setTimeout(resolve, 8));
    scheduler.abort(request);
    expect(scheduler.running).toBe(0);
    expect(scheduler.kvUsage).toBe(0);
    const { cached } = await ask(scheduler, { ids: ids(640) });
    expect(cached).toBeGreaterThanOrEqual(64);
  });

  it("forgets the oldest prompts when KV memory is full, and only then", async () => {
    const { scheduler } = createTestScheduler({ kvTokens: 256 });
    for (const from of [0, 1000, 2000]) await ask(scheduler, { ids: ids(80, from) });
    expect((await ask(scheduler, { ids: ids(80) })).cached).toBe(64);
    await ask(scheduler, { ids: ids(80, 3000) });
    // what was given back first is reused first, and of a prompt its tail before its head
    expect((await ask(scheduler, { ids: ids(80, 1000) })).cached).toBe(16);
    expect((await ask(scheduler, { ids: ids(80) })).cached).toBe(64);
  });
});

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

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}
