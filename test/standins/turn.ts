import { createHash } from "node:crypto";
import type { Camera, Engine, EngineEvent, Gate } from "../../orchestrator/turn/ports.ts";
import { SCENE_COLUMNS, SCENE_ROWS } from "../../orchestrator/turn/scene.ts";
import type {
  Box,
  Frame,
  FrameNeed,
  FrameSource,
  Jpeg,
  PastTurn,
  Prompt,
  Quality,
  Turn,
  TurnContext,
  TurnSettings,
  Usage,
  Verdict,
} from "../../orchestrator/turn/turn.ts";

/** Values of the core's types for tests; every field can be overridden. */

export function jpegOf(seed: string): Jpeg {
  const bytes = new TextEncoder().encode(`jpeg ${seed}`);
  return { bytes, sha256: createHash("sha256").update(bytes).digest("hex"), width: 640, height: 384 };
}

export function frameOf(
  options: {
    id?: string;
    source?: FrameSource;
    capturedAtMs?: number;
    sharpness?: number;
    quality?: Partial<Quality>;
    /** Mean luma of each cell of its scene. */
    luma?: number;
  } = {},
): Frame {
  const id = options.id ?? "frame";
  return {
    id,
    source: options.source ?? "photo",
    capturedAtMs: options.capturedAtMs ?? 0,
    width: 1280,
    height: 768,
    quality: {
      sharpness: options.sharpness ?? 100,
      mean: 120,
      deviation: 50,
      hint: null,
      ...options.quality,
    },
    scene: new Uint8Array(SCENE_COLUMNS * SCENE_ROWS).fill(options.luma ?? 120),
    gated: jpegOf(`gated ${id}`),
    detailed: () => Promise.resolve(jpegOf(`detailed ${id}`)),
  };
}

export function verdictOf(frame: Frame, verdict: Partial<Verdict> = {}): Verdict {
  return {
    value: "clear",
    score: 0.01,
    reason: "no-person",
    boxes: [],
    model: "test",
    ms: 1,
    sha256: frame.gated.sha256,
    ...verdict,
  };
}

export function personBox(score = 0.9): Box {
  return { label: "person", score, x: 100, y: 100, width: 200, height: 500 };
}

export const personVerdict = (frame: Frame): Verdict =>
  verdictOf(frame, { value: "person", score: 0.9, reason: "person-detected", boxes: [personBox()] });

export function needOf(need: Partial<FrameNeed> = {}): FrameNeed {
  return { value: true, reason: "test", reading: false, screen: false, ...need };
}

export function settingsOf(settings: Partial<TurnSettings> = {}): TurnSettings {
  return {
    policy: "person-local",
    privateToCloud: "never",
    systemPrompt: "You are the eyes of a blind person.",
    maxTokens: 160,
    fieldOfViewDeg: 65,
    verdictDeadlineMs: 200,
    fallbackAfterMs: { local: 450, cloud: 1200 },
    turnDeadlineMs: 8000,
    ...settings,
  };
}

export function turnOf(question: string, turn: Partial<Turn> = {}): Turn {
  return {
    conversationId: "call",
    question,
    endedAtMs: performance.now(),
    history: [],
    settings: settingsOf(),
    ...turn,
  };
}

export function pastOf(past: Partial<PastTurn> = {}): PastTurn {
  return {
    question: "What is this?",
    answer: "A cup.",
    engine: "local",
    jpeg: null,
    clear: null,
    facts: "",
    ...past,
  };
}

export function cameraOf(...frames: readonly Frame[]): Camera {
  return { recent: () => frames, next: () => Promise.resolve(undefined) };
}

export const gateOf =
  (judge: (frame: Frame) => Verdict): Gate =>
  (frame) =>
    Promise.resolve(judge(frame));

export const NO_USAGE: Usage = { promptTokens: null, cachedTokens: null, completionTokens: null };

/** What a fake engine does when asked, and what it was asked. */
export interface FakeEngine<Picture> extends Engine<Picture> {
  readonly prompts: Prompt<Picture>[];
  /** Requests whose signal was aborted. */
  readonly aborted: string[];
}

export type Script = (ctx: TurnContext) => AsyncIterable<EngineEvent>;

/** `"A |chair."` is an answer in two deltas; a function is the whole behaviour. */
export function engineOf<Picture>(
  script: string | Script,
  options: { up?: boolean } = {},
): FakeEngine<Picture> {
  const prompts: Prompt<Picture>[] = [];
  const aborted: string[] = [];
  const run = typeof script === "string" ? () => saying(script) : script;
  return {
    prompts,
    aborted,
    available: () => options.up ?? true,
    async *answer(prompt, ctx) {
      prompts.push(prompt);
      ctx.signal.addEventListener("abort", () => aborted.push(ctx.turnId), { once: true });
      yield* run(ctx);
    },
  };
}

export async function* saying(text: string, reason: "stop" | "length" = "stop"): AsyncGenerator<EngineEvent> {
  for (const piece of text.split("|")) yield { type: "text-delta", text: piece };
  yield { type: "finish", reason, usage: NO_USAGE };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
