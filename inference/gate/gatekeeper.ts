import type { Detector } from "./detector.ts";
import { checkDetector } from "./self-check.ts";
import { judgePicture, type Judgement, type JudgeMode } from "./judge.ts";
import { decodePicture } from "./picture.ts";
import { createQueue, createSingleFile } from "./queue.ts";
import { createSight } from "./sight.ts";

/** What the gate says of itself. */
export type GateState =
  | { readonly state: "ready"; readonly model: string; readonly provider: string }
  | { readonly state: "unready"; readonly reason: string };

/** A judgement with what it was made by. */
export interface AttributedJudgement extends Judgement {
  readonly model: string | null;
  readonly provider: string | null;
  /** Decode to verdict; null when no look was taken. */
  readonly ms: number | null;
  /** Pixels of the upright picture that `boxes` are in; absent when no look was taken. */
  readonly width?: number;
  readonly height?: number;
}

export interface JudgeOptions {
  /** Pictures of one client replace each other while they wait. */
  readonly client: string;
  readonly mode: JudgeMode;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Judges pictures with a detector that has proved itself; without one, nothing is ever clear. */
export interface Gatekeeper {
  state(): GateState;
  /** @throws {PictureError} for bytes that cannot be decoded. */
  judge(bytes: Uint8Array, options: JudgeOptions): Promise<AttributedJudgement>;
  close(): Promise<void>;
}

/** More callers at once than any one process serves. */
const MAX_CLIENTS = 64;

/** Opens the detector and lets it judge fixed pictures; until both went well the gate is unready. */
export function createGatekeeper(
  openDetector: () => Promise<Detector>,
  hooks: { readonly changed: (state: GateState) => void; readonly looked: () => void },
): Gatekeeper & { readonly settled: Promise<GateState> } {
  const queue = createQueue(MAX_CLIENTS);
  const inSingleFile = createSingleFile();
  let state: GateState = { state: "unready", reason: "starting" };
  let detector: Detector | undefined;

  const change = (next: GateState): GateState => {
    state = next;
    hooks.changed(next);
    return next;
  };

  const open = async (): Promise<GateState> => {
    try {
      const opened = await openDetector();
      detector = opened;
      const fault = await inSingleFile(() => checkDetector(opened));
      return change(
        fault === undefined
          ? { state: "ready", model: opened.model, provider: opened.provider }
          : { state: "unready", reason: fault },
      );
    } catch (error) {
      return change({ state: "unready", reason: error instanceof Error ? error.message : "detector failed" });
    }
  };

  const judgeNow = async (bytes: Uint8Array, options: JudgeOptions): Promise<AttributedJudgement> => {
    if (detector === undefined || state.state !== "ready") return withoutLook("gate-unready");
    const { model, provider } = detector;
    const start = performance.now();
    const picture = await decodePicture(bytes);
    const look = createSight(detector);
    try {
      const judgement = await judgePicture(picture, options.mode, (view) =>
        inSingleFile(() => {
          options.signal.throwIfAborted();
          hooks.looked();
          return look(picture, view);
        }),
      );
      const { width, height } = picture;
      return { ...judgement, width, height, model, provider, ms: performance.now() - start };
    } catch (error) {
      if (!options.signal.aborted)
        change({
          state: "unready",
          reason: `inference failed: ${error instanceof Error ? error.message : "unknown"}`,
        });
      return withoutLook(options.signal.aborted ? "superseded" : "gate-unready");
    }
  };

  const settled = open();
  return {
    settled,
    state: () => state,
    async judge(bytes, options) {
      if (state.state !== "ready") return withoutLook("gate-unready");
      const judged = await queue.submit(options.client, () => judgeNow(bytes, options));
      if (judged === "superseded") return withoutLook("superseded");
      return judged === "busy" ? withoutLook("gate-busy") : judged;
    },
    async close() {
      await settled;
      state = { state: "unready", reason: "closing" };
      await inSingleFile(async () => detector?.release());
    },
  };
}

function withoutLook(reason: "gate-unready" | "superseded" | "gate-busy"): AttributedJudgement {
  return {
    verdict: "unknown",
    reason,
    score: null,
    boxes: [],
    looks: [],
    model: null,
    provider: null,
    ms: null,
  };
}
