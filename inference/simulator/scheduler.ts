import { type Block, BlockCache } from "./block-cache.ts";
import type { EncoderCache } from "./encoder-cache.ts";
import type { EngineRequest } from "./engine-request.ts";
import type { Latency } from "./latency.ts";
import { extendHashes } from "./prompt.ts";
import type { SchedulerEvents } from "./scheduler-events.ts";

export interface SchedulerOptions {
  readonly blockSize: number;
  /** KV memory in tokens; at least one request of the longest kind must fit. */
  readonly kvTokens: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  /** `fcfs` accepts priorities and ignores them. */
  readonly policy: "priority" | "fcfs";
  readonly latency: Latency;
  readonly encoder: EncoderCache;
  readonly events: SchedulerEvents;
}

/** A late timer may be made up for by at most this much. */
const CATCH_UP_MS = 20;

/**
 * vLLM's scheduler in small (vllm/v1/core/sched/scheduler.py): steps of bounded tokens, running requests
 * first, waiting ones by priority and arrival while slots, tokens and KV memory last. Priority moves
 * waiting requests only; a running one gives way only when KV memory is full.
 */
export class Scheduler {
  readonly blocks: BlockCache;
  readonly #options: SchedulerOptions;
  readonly #running: EngineRequest[] = [];
  readonly #waiting: EngineRequest[] = [];
  #stepping = false;
  #stopped = false;
  /** When the last step ended, on the scale of `performance.now()`. */
  #endedMs = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.blocks = new BlockCache(Math.floor(options.kvTokens / options.blockSize));
  }

  get running(): number {
    return this.#running.length;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Share of KV memory that requests hold, 0–1. */
  get kvUsage(): number {
    return this.blocks.referenced / this.blocks.capacity;
  }

  submit(request: EngineRequest): void {
    if (this.#stopped) return;
    extendHashes(request.hashes, request.ids, request.prompt, this.#options.blockSize);
    this.#enqueue(request);
    this.#wake();
  }

  /** Ends a request at once. Its finished blocks stay findable. */
  abort(request: EngineRequest): void {
    if (request.state === "done") return;
    remove(this.#running, request);
    remove(this.#waiting, request);
    this.#finish(request);
    this.#wake();
  }

  /** Nothing moves any more: what a dead engine looks like from outside. */
  stop(): void {
    this.#stopped = true;
  }

  #enqueue(request: EngineRequest): void {
    request.state = "waiting";
    let at = this.#waiting.length;
    while (at > 0 && this.#before(request, this.#waiting[at - 1])) at -= 1;
    this.#waiting.splice(at, 0, request);
  }

  #before(a: EngineRequest, b: EngineRequest | undefined): boolean {
    if (b === undefined) return false;
    if (this.#options.policy === "priority" && a.priority !== b.priority) return a.priority < b.priority;
    return a.sequence < b.sequence;
  }

  #wake(): void {
    if (this.#stepping || this.#stopped) return;
    this.#stepping = true;
    setImmediate(() => this.#step(performance.now()));
  }

  #step(startMs: number): void {
    const pictures: number[] = [];
    const step = this.#schedule(startMs, pictures);
    if (this.#stopped || step.length === 0) {
      this.#stepping = false;
      return;
    }
    let prefillTokens = 0;
    let tokens = 0;
    for (const { request, count } of step) {
      tokens += count;
      if (count > 1 || request.computed <= request.prompt.ids.length) prefillTokens += count;
    }
    this.#options.events.step(tokens);
    const ms = this.#options.latency.step({ prefillTokens, pictures, running: step.length });
    const endMs = Math.max(startMs, this.#endedMs) + ms;
    const waitMs = endMs - performance.now();
    if (ms === 0 || waitMs <= 0) setImmediate(() => this.#endStep(step, endMs));
    else setTimeout(() => this.#endStep(step, endMs), waitMs);
  }

  #endStep(step: readonly Scheduled[], endMs: number): void {
    if (this.#stopped) return;
    const nowMs = performance.now();
    this.#endedMs = Math.max(endMs, nowMs - CATCH_UP_MS);
    for (const { request } of step) {
      if (request.state !== "running" || request.computed < request.ids.length) continue;
      const ended = request.sample(nowMs);
      extendHashes(request.hashes, request.ids, request.prompt, this.#options.blockSize);
      if (!ended) continue;
      remove(this.#running, request);
      this.#finish(request);
    }
    this.#step(this.#endedMs);
  }

  #schedule(nowMs: number, pictures: number[]): Scheduled[] {
    const { encoder, maxNumBatchedTokens } = this.#options;
    const step: Scheduled[] = [];
    let budget = maxNumBatchedTokens;
    let preempted = false;
    encoder.startStep();
    for (let index = 0; index < this.#running.length && budget > 0; index += 1) {
      const request = this.#running[index];
      if (request === undefined) break;
      const wanted = Math.min(request.ids.length - request.computed, budget);
      const count = encoder.admit(request.prompt.images, request.computed, wanted, pictures);
      if (count === 0) continue;
      const blocks = this.#grow(request, request.computed + count, () => {
        preempted = true;
        return this.#preempt();
      });
      if (blocks === undefined) break;
      index = this.#running.indexOf(request);
      this.#advance(request, count, step);
      budget -= count;
    }
    while (!preempted && budget > 0 && this.#running.length < this.#options.maxNumSeqs) {
      const count = this.#admit(nowMs, budget, pictures, step);
      if (count === 0) break;
      budget -= count;
    }
    return step.filter(({ request }) => request.state === "running");
  }

  /** Starts the first waiting request with at most `budget` tokens; 0 when it does not fit. */
  #admit(nowMs: number, budget: number, pictures: number[], step: Scheduled[]): number {
    const { blockSize, encoder } = this.#options;
    const request = this.#waiting[0];
    if (request === undefined) return 0;
    const hits = this.blocks.match(request.hashes, Math.floor((request.ids.length - 1) / blockSize));
    const cached = hits.length * blockSize;
    const wanted = Math.min(request.ids.length - cached, budget);
    const count = encoder.admit(request.prompt.images, cached, wanted, pictures);
    if (count === 0) return 0;
    const fresh = this.blocks.take(hits, Math.ceil((cached + count) / blockSize) - hits.length);
    if (fresh === undefined) return 0;
    this.#waiting.shift();
    request.blocks = [...hits, ...fresh];
    request.registered = hits.length;
    request.computed = cached;
    if (request.start(nowMs, cached)) this.#options.events.started(request);
    request.state = "running";
    this.#running.push(request);
    this.#advance(request, count, step);
    return count;
  }

  /** Blocks are findable as soon as they are scheduled, not when they are computed. */
  #advance(request: EngineRequest, count: number, step: Scheduled[]): void {
    request.computed += count;
    const full = Math.floor(request.computed / this.#options.blockSize);
    for (; request.registered < full; request.registered += 1) {
      const block = request.blocks[request.registered];
      const hash = request.hashes[request.registered];
      if (block !== undefined && hash !== undefined) this.blocks.register(block, hash);
    }
    step.push({ request, count });
  }

  #grow(request: EngineRequest, tokens: number, makeRoom: () => EngineRequest): readonly Block[] | undefined {
    const missing = Math.ceil(tokens / this.#options.blockSize) - request.blocks.length;
    if (missing <= 0) return request.blocks;
    for (;;) {
      const fresh = this.blocks.take([], missing);
      if (fresh !== undefined) {
        request.blocks.push(...fresh);
        return request.blocks;
      }
      if (makeRoom() === request) return undefined;
    }
  }

  /** Sends the running request that matters least back to the queue, its blocks given back. */
  #preempt(): EngineRequest {
    const [first, ...others] = this.#running;
    let victim = first as EngineRequest;
    for (const request of others) if (this.#before(victim, request)) victim = request;
    remove(this.#running, victim);
    this.blocks.release(victim.blocks);
    victim.blocks = [];
    victim.computed = 0;
    victim.preemptions += 1;
    this.#options.events.preempted();
    this.#enqueue(victim);
    return victim;
  }

  #finish(request: EngineRequest): void {
    request.state = "done";
    this.blocks.release(request.blocks);
    request.blocks = [];
  }
}

interface Scheduled {
  readonly request: EngineRequest;
  readonly count: number;
}

function remove(list: EngineRequest[], request: EngineRequest): void {
  const at = list.indexOf(request);
  if (at >= 0) list.splice(at, 1);
}
