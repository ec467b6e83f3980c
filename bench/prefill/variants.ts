import type { ProfileName } from "../../inference/simulator/profiles.ts";

/** How the engine learns of a picture: ahead of the question, with it, or with every question again. */
export type Delivery = "prefilled" | "cold" | "resent";

/** A call that is measured: on which GPU, how its pictures come, and of which size. */
export interface Variant {
  readonly profile: ProfileName;
  readonly delivery: Delivery;
  /** Of what the camera shows, in pixels. */
  readonly size: Size;
}

export interface Size {
  readonly width: number;
  readonly height: number;
  /** What the engine makes of it. */
  readonly tokens: number;
}

/** What our calls send of a camera of 640×480. */
export const OURS: Size = { width: 640, height: 480, tokens: 374 };
/** What a question whose prefill was missed could send instead. */
export const SMALLER: readonly Size[] = [
  { width: 448, height: 336, tokens: 192 },
  { width: 392, height: 280, tokens: 140 },
];

/** The promise of each GPU, in milliseconds to the first token at the 95th percentile. */
export const PROMISES: readonly {
  readonly profile: ProfileName;
  readonly warmMs: number;
  readonly coldMs: number | undefined;
}[] = [
  { profile: "l4-2b", warmMs: 200, coldMs: 450 },
  { profile: "l4-7b-fp8", warmMs: 200, coldMs: 450 },
  { profile: "h100-7b", warmMs: 80, coldMs: undefined },
];

export const ARITHMETIC: Readonly<Partial<Record<ProfileName, ProfileName>>> = {
  "l4-2b": "l4-2b-arithmetic",
  "l4-7b-fp8": "l4-7b-fp8-arithmetic",
};
