import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Verdict, VerdictValue } from "../../../orchestrator/turn/turn.ts";
import { NEW_STREAM, steady, type StreamState } from "../../../orchestrator/vision/hysteresis.ts";

const REASON = { clear: "no-person", person: "person-detected", unknown: "gate-timeout" } as const;
const word = (value: VerdictValue): Verdict => ({
  value,
  score: value === "unknown" ? null : 0.1,
  reason: REASON[value],
  boxes: [],
  model: "fake",
  ms: 1,
  sha256: "0",
});

type Sample = readonly [atMs: number, value: VerdictValue];

function run(samples: readonly Sample[]): readonly Verdict[] {
  let state: StreamState = NEW_STREAM;
  return samples.map(([atMs, value]) => {
    const step = steady(state, word(value), atMs);
    state = step.state;
    return step.verdict;
  });
}

/** "c 500 p 250 c": words, 500 ms apart unless a number says otherwise. */
function story(text: string): readonly string[] {
  const names = { c: "clear", p: "person", u: "unknown" } as const;
  const samples: Sample[] = [];
  let atMs = 0;
  let gapMs = 0;
  for (const part of text.split(" ")) {
    if (/^\d+$/.test(part)) gapMs = Number(part);
    else {
      atMs += gapMs;
      gapMs = 500;
      samples.push([atMs, names[part as "c"]]);
    }
  }
  return run(samples).map(({ value, reason }) => (reason === REASON[value] ? value : `${value}:${reason}`));
}

const held = "person:person-moments-ago";

describe("steady", () => {
  it.each([
    ["c c c", ["unknown:first-frame", "clear", "clear"]],
    ["p", ["person"]],
    ["u c c", ["unknown", "unknown:first-frame", "clear"]],
    ["c u c", ["unknown:first-frame", "unknown", "clear"]],
    ["c c p c c c c c", ["unknown:first-frame", "clear", "person", held, held, held, "clear", "clear"]],
    ["p c c u c c c c", ["person", held, held, "unknown", held, held, "clear", "clear"]],
    ["p 1000 c 100 c 100 c 100 c 400 c", ["person", held, held, held, held, held]],
    ["p 5000 c 100 c 100 c 800 c", ["person", held, held, held, "clear"]],
    ["p 5000 c 5000 c 5000 c", ["person", held, held, "clear"]],
    ["p 1400 c p 1400 c 600 c 600 c", ["person", held, "person", held, held, "clear"]],
  ])("%s", (text, expected) => {
    expect(story(text)).toEqual(expected);
  });

  it("holds the person's verdict with the new frame's own boxes, score and hash", () => {
    const [, verdict] = run([
      [0, "person"],
      [500, "clear"],
    ]);
    expect(verdict).toEqual({ ...word("clear"), value: "person", reason: "person-moments-ago" });
  });

  const samples = fc
    .array(
      fc.tuple(
        fc.integer({ min: 0, max: 900 }),
        fc.constantFrom<VerdictValue>("clear", "clear", "person", "unknown"),
      ),
      {
        maxLength: 40,
      },
    )
    .map((steps) => {
      let atMs = 0;
      return steps.map(([gapMs, value]): Sample => [(atMs += gapMs), value]);
    });

  it("never makes a word better, and is clear only without a person in 1.5 s and before", () => {
    fc.assert(
      fc.property(samples, (samples) => {
        const verdicts = run(samples);
        for (const [index, verdict] of verdicts.entries()) {
          const [atMs, value] = samples[index]!;
          if (value !== "clear") expect(verdict).toEqual(word(value));
          if (verdict.value !== "clear") continue;
          expect(index).toBeGreaterThan(0);
          const lately = samples.slice(0, index).filter(([earlierMs]) => atMs - earlierMs <= 1500);
          expect(lately.map(([, value]) => value)).not.toContain("person");
          const person = samples.findLastIndex(([, value], at) => value === "person" && at < index);
          if (person === -1) continue;
          const release = verdicts.findIndex((verdict, at) => at > person && verdict.value === "clear");
          const streak = samples.slice(person, release + 1).toReversed();
          const broken = streak.findIndex(([, value]) => value !== "clear");
          expect(broken).toBeGreaterThanOrEqual(3);
          expect(streak[0]![0] - streak[broken - 1]![0]).toBeGreaterThanOrEqual(1000);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("lets a person go in the end", () => {
    fc.assert(
      fc.property(samples, (samples) => {
        const endMs = samples.at(-1)?.[0] ?? 0;
        const calm = [500, 1000, 1500, 2000, 2500].map((afterMs): Sample => [endMs + afterMs, "clear"]);
        expect(run([...samples, ...calm]).at(-1)?.value).toBe("clear");
      }),
    );
  });

  it("is not fooled by frames out of order", () => {
    const verdicts = run([
      [5000, "person"],
      [4000, "clear"],
      [4500, "person"],
      [6400, "clear"],
      [6450, "clear"],
      [6501, "clear"],
    ]);
    expect(verdicts.slice(1).map(({ value }) => value)).toEqual(Array(5).fill("person"));
  });
});
