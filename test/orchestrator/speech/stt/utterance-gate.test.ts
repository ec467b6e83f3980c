import { describe, expect, test } from "vitest";
import { createUtteranceGate } from "../../../../orchestrator/speech/stt/utterance-gate.ts";

const SECOND = 16_000;
const FRAME = 320;

function setUp() {
  const utterances: { length: number; end: number | undefined }[] = [];
  const gate = createUtteranceGate({
    begin: () => void utterances.push({ length: 0, end: undefined }),
    audio: (samples) => {
      utterances.at(-1)!.length += samples.length;
    },
    end: (end) => {
      utterances.at(-1)!.end = end;
    },
  });
  const say = (seconds: number, level: number): void => {
    for (let n = 0; n < (seconds * SECOND) / FRAME; n++) gate.push(new Int16Array(FRAME).fill(level));
  };
  return { gate, say, utterances };
}

describe("an utterance", () => {
  test("begins a little before the VAD noticed it, and ends with its word", () => {
    const { gate, say, utterances } = setUp();
    say(10, 0);
    gate.speechStarted();
    say(2, 5000);
    gate.speechEnded();
    say(10, 0);
    expect(utterances).toEqual([{ length: 2.6 * SECOND, end: 12 * SECOND }]);
  });

  test("the sound before it is no part of the next", () => {
    const { gate, say, utterances } = setUp();
    say(1, 0);
    gate.speechStarted();
    say(1, 5000);
    gate.speechEnded();
    say(0.1, 0);
    gate.speechStarted();
    say(1, 5000);
    gate.speechEnded();
    expect(utterances.map(({ length }) => length)).toEqual([1.6 * SECOND, 1.1 * SECOND]);
  });

  test("that goes on is cut where it is quiet, after 15 s", () => {
    const { gate, say, utterances } = setUp();
    gate.speechStarted();
    say(10, 5000);
    say(0.1, 0);
    say(8, 5000);
    say(0.1, 0);
    say(1, 5000);
    gate.speechEnded();
    expect(utterances.map(({ end }) => end! / SECOND)).toEqual([18.12, 19.2]);
  });

  test("that never pauses is cut after 25 s", () => {
    const { gate, say, utterances } = setUp();
    gate.speechStarted();
    say(30, 5000);
    gate.speechEnded();
    expect(utterances.map(({ end }) => end! / SECOND)).toEqual([25.02, 30]);
  });
});
