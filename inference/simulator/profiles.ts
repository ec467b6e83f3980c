/**
 * What a GPU and a model cost, in milliseconds. Every named profile is an **estimate**: no GPU was
 * measured. `fixedMs` and `perTokenMs` are fitted to the middle of the published time-to-first-token
 * ranges for a prompt of 256 text tokens (llm-d-inference-sim's latency profiles: 1–3B 45, 70 and 105 ms,
 * 7–8B 90, 140 and 230 ms on H100, A100 and L40S); the smaller GPUs are scaled by their peak FLOPS from
 * the L40S (fp8 halves the tokens' share), with `fixedMs` at what a warm request was reported to take. The vision encoder is arithmetic: its
 * FLOP at 40 % of the peak. `itlMs` is one read of the weights at 70 % of the memory bandwidth and 2 ms
 * of launches. Two profiles named `…-arithmetic` are the other estimate for the L4: a token's share is
 * the language model's FLOP, twice its parameters, at 40 % of the peak in bf16. Which of the two a real L4
 * is nearer to, nobody has measured.
 */
export interface LatencyProfile {
  /** From the request to the first step's fixed part: parsing, IPC, sampling, one read of the weights. */
  readonly fixedMs: number;
  /** Prefill of one uncached token. */
  readonly perTokenMs: number;
  /** Arithmetic rate of the vision encoder in TFLOP/s; Infinity: it costs nothing. */
  readonly visionTflops: number;
  /** One decode step of one request. */
  readonly itlMs: number;
  /** How much longer a decode step is with every slot taken: 1.5 means half as long again. */
  readonly fullLoadFactor: number;
  /** Decoding and resizing a new picture on the host's one render thread. */
  readonly pictureMs: number;
  /** The same, for each megapixel sent. */
  readonly perMegapixelMs: number;
  /** Standard deviation of every duration, as a share of it; a draw beyond ±70 % is cut. */
  readonly jitter: number;
}

const host = { pictureMs: 1.5, perMegapixelMs: 6, jitter: 0.08 };

/** Named profiles: `zero` costs nothing and is for tests and for measuring everything else. */
export const profiles = {
  zero: {
    fixedMs: 0,
    perTokenMs: 0,
    visionTflops: Number.POSITIVE_INFINITY,
    itlMs: 0,
    fullLoadFactor: 1,
    pictureMs: 0,
    perMegapixelMs: 0,
    jitter: 0,
  },
  "h100-2b": { ...host, fixedMs: 20, perTokenMs: 0.1, visionTflops: 396, itlMs: 3.3, fullLoadFactor: 1.5 },
  "h100-7b": { ...host, fixedMs: 35, perTokenMs: 0.21, visionTflops: 396, itlMs: 8.4, fullLoadFactor: 1.5 },
  "a100-2b": { ...host, fixedMs: 30, perTokenMs: 0.16, visionTflops: 125, itlMs: 4.1, fullLoadFactor: 1.6 },
  "a100-7b": { ...host, fixedMs: 45, perTokenMs: 0.37, visionTflops: 125, itlMs: 12.9, fullLoadFactor: 1.6 },
  "l40s-2b": { ...host, fixedMs: 40, perTokenMs: 0.25, visionTflops: 145, itlMs: 7.1, fullLoadFactor: 1.8 },
  "l40s-7b": { ...host, fixedMs: 50, perTokenMs: 0.7, visionTflops: 145, itlMs: 27.7, fullLoadFactor: 1.8 },
  "4090-2b": { ...host, fixedMs: 42, perTokenMs: 0.55, visionTflops: 66, itlMs: 6.4, fullLoadFactor: 1.8 },
  "a10g-2b": { ...host, fixedMs: 48, perTokenMs: 0.72, visionTflops: 50, itlMs: 9.3, fullLoadFactor: 2 },
  "a10g-7b-awq": { ...host, fixedMs: 70, perTokenMs: 2, visionTflops: 50, itlMs: 12, fullLoadFactor: 2 },
  "l4-2b": { ...host, fixedMs: 50, perTokenMs: 0.75, visionTflops: 48, itlMs: 16.3, fullLoadFactor: 2 },
  "l4-7b-fp8": { ...host, fixedMs: 80, perTokenMs: 1.05, visionTflops: 48, itlMs: 38.4, fullLoadFactor: 2 },
  "l4-2b-arithmetic": {
    ...host,
    fixedMs: 50,
    perTokenMs: 0.054,
    visionTflops: 48,
    itlMs: 16.3,
    fullLoadFactor: 2,
  },
  "l4-7b-fp8-arithmetic": {
    ...host,
    fixedMs: 80,
    perTokenMs: 0.27,
    visionTflops: 48,
    itlMs: 38.4,
    fullLoadFactor: 2,
  },
} as const satisfies Record<string, LatencyProfile>;

export type ProfileName = keyof typeof profiles;

/** Every profile's name, for help texts. */
export const profileNames = Object.keys(profiles) as readonly ProfileName[];
