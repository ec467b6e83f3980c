import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toSpeakable } from "../../../../orchestrator/speech/speakable.ts";
import {
  type ClauseSound,
  createClauseSound,
  type Piece,
} from "../../../../orchestrator/speech/tts/clause-sound.ts";

const RATE = 1000;
const PACE = { likelyMs: 50, slowestMs: 60 };

function soundOf(raw: string): ClauseSound {
  return createClauseSound(raw, toSpeakable(raw), PACE);
}

function add(sound: ClauseSound, ms: number, reached: readonly { chars: number; atMs: number }[] = []): void {
  sound.add({ samples: new Int16Array(ms).fill(1000), reached }, RATE);
}

function takeAll(sound: ClauseSound, inWord = false): Piece & { readonly text: string } {
  const words: Piece["words"][number][] = [];
  let length = 0;
  for (let piece = sound.take(inWord); piece !== undefined; piece = sound.take(inWord)) {
    words.push(...piece.words);
    length += piece.samples.length;
  }
  return { words, samples: new Int16Array(length), text: words.map(({ text }) => text).join("") };
}

describe("createClauseSound", () => {
  it("lays words in the sound by their weight when it is whole", () => {
    const sound = soundOf("abcd efgh");
    add(sound, 900);
    sound.finish();
    const { words } = takeAll(sound);
    expect(words).toEqual([
      { text: "abcd ", startMs: 0, endMs: 450 },
      { text: "efgh", startMs: 450, endMs: 900 },
    ]);
    expect(sound.isOver()).toBe(true);
  });

  it("takes the service's times where it gives them", () => {
    const sound = soundOf("abcd **efgh**");
    add(sound, 400, [
      { chars: 2, atMs: 50 },
      { chars: 4, atMs: 100 },
      { chars: 9, atMs: 390 },
    ]);
    sound.finish();
    expect(takeAll(sound).words.map(({ endMs }) => endMs)).toEqual([100, 390]);
  });

  it("ends with a word while more is to come, unless a word may be broken", () => {
    const sound = soundOf("abcd efgh ijkl");
    add(sound, 300, [{ chars: 4, atMs: 220 }]);
    expect(takeAll(sound).samples).toHaveLength(220);
    expect(takeAll(sound, true).samples).toHaveLength(80);
    expect(sound.isOver()).toBe(false);
  });

  it("tells no word after the sound that ends it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 12 }),
        fc.integer({ min: 5, max: 90 }),
        (parts, likelyMs) => {
          const raw = "One two three, four five six seven.";
          const sound = createClauseSound(raw, toSpeakable(raw), { likelyMs, slowestMs: likelyMs });
          let takenMs = 0;
          let text = "";
          const take = (): void => {
            for (let piece = sound.take(true); piece !== undefined; piece = sound.take(true)) {
              for (const word of piece.words) {
                expect(word.endMs).toBeGreaterThanOrEqual(takenMs);
                expect(word.startMs).toBeLessThanOrEqual(word.endMs);
                text += word.text;
              }
              takenMs += piece.samples.length;
            }
          };
          for (const part of parts) {
            add(sound, part);
            take();
          }
          sound.finish();
          take();
          expect(text).toBe(raw);
          expect(sound.isOver()).toBe(true);
        },
      ),
    );
  });

  it("says from the start again what nobody has heard", () => {
    const sound = soundOf("abcd efgh");
    add(sound, 300, [{ chars: 4, atMs: 220 }]);
    expect(sound.cut()).toBe("abcd efgh");
    expect(takeAll(sound).samples).toHaveLength(0);
    expect(sound.isOver()).toBe(true);
  });

  it("is cut behind the last complete word", () => {
    const sound = soundOf("abcd efgh ijkl");
    add(sound, 600, [
      { chars: 4, atMs: 220 },
      { chars: 9, atMs: 500 },
      { chars: 11, atMs: 590 },
    ]);
    sound.take(false);
    expect(sound.cut()).toBe("ijkl");
    const rest = takeAll(sound);
    expect(rest.text).toBe("abcd efgh ");
    expect(rest.samples).toHaveLength(400);
  });

  it("counts a word of unknown end as heard only when the slowest voice had said it", () => {
    const sound = soundOf("abcd efgh");
    add(sound, 350);
    sound.take(true);
    expect(sound.cut()).toBe("abcd efgh");
    const later = soundOf("abcd efgh");
    add(later, 370);
    later.take(true);
    expect(later.cut()).toBe("efgh");
  });

  it("splits any text into words that are the text, wherever it is cut", () => {
    const raws = fc.string({ unit: fc.constantFrom(...Array.from("ab ,.\n*😀")) });
    fc.assert(
      fc.property(raws, fc.nat(2000), fc.boolean(), (raw, ms, isCut) => {
        const sound = soundOf(raw);
        if (ms > 0) add(sound, ms);
        const first = sound.take(true);
        let rest = "";
        if (isCut) rest = sound.cut();
        else sound.finish();
        const said = (first?.words ?? []).map(({ text }) => text).join("") + takeAll(sound).text;
        expect(said + rest).toBe(raw);
      }),
    );
  });
});
