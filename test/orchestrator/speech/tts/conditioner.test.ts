import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { joinSamples } from "../../../../orchestrator/lib/samples.ts";
import {
  createConditioner,
  type ConditionerOptions,
  type FitSound,
} from "../../../../orchestrator/speech/tts/conditioner.ts";
import type { Reached } from "../../../../orchestrator/speech/tts/synthesiser.ts";
import { cutUp, pitchOf, sine } from "../../lib/sine.ts";

const RATE = 24_000;
const PLAIN: ConditionerOptions = { sampleRate: undefined, stretch: 1, leadMs: 50 };

function condition(
  samples: Int16Array,
  options: Partial<ConditionerOptions>,
  reached: readonly Reached[] = [],
): FitSound & { readonly sampleRate: number | undefined; readonly audibleMs: number } {
  const conditioner = createConditioner({ ...PLAIN, ...options });
  const sounds = cutUp(samples, [500]).map((piece, index) =>
    conditioner.push({ audio: { samples: piece, sampleRate: RATE }, reached: index === 0 ? reached : [] }),
  );
  const all = [...sounds, conditioner.flush()].filter((sound) => sound !== undefined);
  return {
    samples: joinSamples(all.map((sound) => sound.samples)),
    reached: all.flatMap((sound) => sound.reached),
    sampleRate: conditioner.sampleRate(),
    audibleMs: conditioner.audibleMs(),
  };
}

function withSilence(leadMs: number, soundMs: number, tailMs = 0): Int16Array {
  return joinSamples([new Int16Array(leadMs * 24), sine(200, RATE, soundMs), new Int16Array(tailMs * 24)]);
}

describe("createConditioner", () => {
  it("leaves sound as it is when there is nothing to do", () => {
    const samples = sine(200, RATE, 300);
    expect(condition(samples, {})).toMatchObject({ samples, sampleRate: RATE });
  });

  it("trims leading silence to what is allowed, and moves the times with it", () => {
    const { samples, reached } = condition(withSilence(300, 200), {}, [{ chars: 3, atMs: 400 }]);
    expect(Math.abs(samples.length / 24 - 250)).toBeLessThan(6);
    expect(Math.abs((reached[0]?.atMs ?? 0) - 150)).toBeLessThan(6);
  });

  it("keeps a short silence and all silence at the end", () => {
    expect(condition(withSilence(30, 200, 100), {}).samples.length / 24).toBe(330);
  });

  it("measures what can be heard", () => {
    expect(condition(withSilence(300, 200, 100), {}).audibleMs).toBeCloseTo(200, -1);
  });

  it("gives nothing for silence", () => {
    expect(condition(withSilence(500, 0), {})).toMatchObject({
      samples: new Int16Array(),
      sampleRate: undefined,
    });
  });

  it("changes pace and sample rate, not the pitch, and the times with the pace", () => {
    const { samples, reached, sampleRate } = condition(
      sine(200, RATE, 600),
      { sampleRate: 22_050, stretch: 2 },
      [{ chars: 1, atMs: 100 }],
    );
    expect(sampleRate).toBe(22_050);
    expect(samples.length / 22.05).toBeCloseTo(300, 0);
    expect(Math.abs(pitchOf(samples, 22_050) - 200)).toBeLessThan(8);
    expect(reached).toEqual([{ chars: 1, atMs: 50 }]);
  });

  it("refuses garbage, and a rate that changes", () => {
    const noise = new Int16Array(new Uint8Array(randomBytes(4800)).buffer);
    expect(() => condition(noise, {})).toThrow(/garbage/);
    const conditioner = createConditioner(PLAIN);
    conditioner.push({ audio: { samples: sine(200, RATE, 50), sampleRate: RATE } });
    expect(() => conditioner.push({ audio: { samples: noise, sampleRate: RATE } })).toThrow(/garbage/);
    expect(() => conditioner.push({ audio: { samples: sine(200, RATE, 50), sampleRate: 8000 } })).toThrow(
      /sample-rate/,
    );
  });
});
