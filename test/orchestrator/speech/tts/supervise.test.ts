import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { supervise, type SuperviseOptions } from "../../../../orchestrator/speech/tts/supervise.ts";
import type { Part, Utterance } from "../../../../orchestrator/speech/tts/synthesiser.ts";
import { sine } from "../../lib/sine.ts";
import { timed } from "../../../standins/timed.ts";

const TIMED = timed();

const RATE = 24_000;
const TEXT = "I can see two people here.";
const WHOLE_MS = 1600;

function part(ms: number): Part {
  return { audio: { samples: sine(200, RATE, ms), sampleRate: RATE } };
}

interface Watched {
  readonly soundMs: number;
  readonly tookMs: number;
  readonly fault: unknown;
  /** Why the service was told to stop. */
  readonly stopped: unknown;
}

/** Watches a service that yields and waits as the script says: numbers are waits. */
async function watch(
  script: readonly (Part | number | "hang")[],
  options: Partial<SuperviseOptions> & { readonly text?: string } = {},
): Promise<Watched> {
  let stopped: unknown;
  const utterance: Utterance = {
    rate: 1,
    close: () => {},
    async *say(_, signal) {
      signal.addEventListener("abort", () => (stopped = signal.reason));
      for (const step of script) {
        if (step === "hang") await new Promise(() => {});
        else if (typeof step === "number") await wait(step);
        else yield step;
      }
    },
  };
  let playedUntil = 0;
  let soundMs = 0;
  let fault: unknown;
  const startedAt = performance.now();
  try {
    const sounds = supervise(utterance, options.text ?? TEXT, {
      limits: { firstAudioMs: 100, gapMs: 80, drySilenceMs: 40 },
      signal: new AbortController().signal,
      sampleRate: undefined,
      rate: 1,
      leadMs: 50,
      playout: {
        endsAt: () => playedUntil,
        add: (ms) => (playedUntil = Math.max(playedUntil, performance.now()) + ms),
      },
      ...options,
    });
    for await (const { sound } of sounds) soundMs += sound.samples.length / 24;
  } catch (error) {
    fault = error;
  }
  return { soundMs, tookMs: performance.now() - startedAt, fault, stopped };
}

describe("supervise", () => {
  it("passes a service through that speaks", async () => {
    const { soundMs, fault } = await watch([20, part(800), 20, part(800)]);
    expect(fault).toBeUndefined();
    expect(Math.round(soundMs)).toBe(WHOLE_MS);
  });

  it("gives up a service without a sound in time, and tells it to stop", TIMED, async () => {
    const { tookMs, fault, stopped } = await watch(["hang"]);
    expect(fault).toMatchObject({ category: "timeout", code: "first-audio" });
    expect(stopped).toBe(fault);
    expect(tookMs).toBeGreaterThan(95);
    expect(tookMs).toBeLessThan(250);
  });

  it("takes silence for no sound", async () => {
    const silent = { audio: { samples: new Int16Array(RATE), sampleRate: RATE } };
    expect((await watch([silent, "hang"])).fault).toMatchObject({ code: "first-audio" });
    expect((await watch([silent])).fault).toMatchObject({ code: "silent" });
  });

  it("waits for more while the ear has something to play, and no longer", TIMED, async () => {
    const { tookMs, fault } = await watch([part(400), "hang"]);
    expect(fault).toMatchObject({ category: "timeout", code: "gap" });
    expect(tookMs).toBeGreaterThan(400);
    expect(tookMs).toBeLessThan(650);
  });

  it("lets a slow service that goes on go on", async () => {
    const steps = Array.from({ length: 16 }, () => [60, part(100)]).flat();
    expect((await watch(steps)).fault).toBeUndefined();
  });

  it.each([
    ["empty", []],
    ["too-short", [part(200)]],
    ["too-long", Array.from({ length: 20 }, () => part(1000))],
  ])("finds sound that is %s", async (code, steps) => {
    expect((await watch(steps)).fault).toMatchObject({ category: "server", code });
  });

  it("stops with the reason of its caller", TIMED, async () => {
    const stop = new AbortController();
    const watched = watch([part(400), "hang"], { signal: stop.signal });
    await wait(20);
    const reason = new Error("barge-in");
    stop.abort(reason);
    const { fault, stopped, tookMs } = await watched;
    expect(fault).toBe(reason);
    expect(stopped).toBe(reason);
    expect(tookMs).toBeLessThan(100);
  });

  it("makes up for the rate that a service does not give", async () => {
    const { soundMs } = await watch([part(WHOLE_MS)], { rate: 2 });
    expect(soundMs).toBeCloseTo(WHOLE_MS / 2, -1);
  });
});
