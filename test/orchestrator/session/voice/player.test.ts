import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { initializeAgents, toAudioFrame } from "../../../../orchestrator/session/agent-session.ts";
import { Player } from "../../../../orchestrator/session/voice/player.ts";
import { createFakeSpeaker, type FakeSpeaker } from "../../../standins/call/speaker.ts";

beforeAll(() => initializeAgents());

/** 20 ms of one value. */
const frameOf = (value: number) =>
  toAudioFrame({ samples: new Int16Array(320).fill(value), sampleRate: 16_000 });

/** Frames of 20 ms, each of a value of its own. */
async function feed(player: Player, frames: number): Promise<void> {
  for (let value = 1; value <= frames; value++) await player.captureFrame(frameOf(value));
  player.flush();
}

function playedValues(speaker: FakeSpeaker): readonly number[] {
  return speaker.played().flatMap(({ samples }) => [...samples]);
}

const create = (speaker: FakeSpeaker, progress: number[] = []): Player =>
  new Player(speaker, { onStart: () => {}, onProgress: (ms) => void progress.push(ms) });

test("all is played once, in order, and reported as it is played", async () => {
  const speaker = createFakeSpeaker();
  const progress: number[] = [];
  const player = create(speaker, progress);
  player.open();
  await feed(player, 20);
  const { playbackPosition, interrupted } = await player.waitForPlayout();
  expect({ playbackPosition, interrupted }).toEqual({ playbackPosition: 0.4, interrupted: false });
  expect(playedValues(speaker)).toEqual(
    Array.from({ length: 6400 }, (_, index) => Math.floor(index / 320) + 1),
  );
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(progress.at(-1)).toBe(400);
});

test("what is there is played before the framework brings it, once; a hold lasts until its release", async () => {
  const speaker = createFakeSpeaker();
  const started: number[] = [];
  const player = new Player(speaker, { onStart: () => void started.push(1), onProgress: () => {} });
  player.open();
  player.hold();
  player.begin([1, 2, 3].map((value) => frameOf(value)));
  await delay(30);
  expect([speaker.queuedMs(), started]).toEqual([0, []]);
  player.release();
  expect([speaker.queuedMs() > 0, started]).toEqual([true, [1]]);
  await delay(30);
  await feed(player, 8);
  await player.waitForPlayout();
  expect(playedValues(speaker)).toEqual(
    Array.from({ length: 2560 }, (_, index) => Math.floor(index / 320) + 1),
  );
  expect(started).toEqual([1]);
});

test("pauses at any moment lose nothing and say nothing twice", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 5, max: 90 }), { maxLength: 4 }), async (pausesMs) => {
      const speaker = createFakeSpeaker();
      const player = create(speaker);
      player.open();
      const fed = feed(player, 15);
      for (const ms of pausesMs) {
        await delay(ms);
        player.hold();
        player.hold();
        const silentFrom = playedValues(speaker).length;
        await delay(25);
        expect(playedValues(speaker).length).toBe(silentFrom);
        player.release();
      }
      await fed;
      await player.waitForPlayout();
      const runs = playedValues(speaker).filter((value, index, all) => value !== all[index - 1]);
      expect(playedValues(speaker)).toHaveLength(4800);
      expect(runs.toSorted((a, b) => a - b)).toEqual(runs);
    }),
    { numRuns: 8 },
  );
});

test("what a hold is to play again is played again, and counts once", async () => {
  const speaker = createFakeSpeaker();
  const player = create(speaker);
  player.open();
  const fed = feed(player, 15);
  await delay(150);
  const playedMs = player.playedMs();
  player.hold(40);
  expect(player.playedMs()).toBe(40);
  player.release();
  await fed;
  await player.waitForPlayout();
  const again = playedValues(speaker).length - 4800;
  expect(again).toBeGreaterThanOrEqual((playedMs - 40) * 16 - 1);
  expect(again).toBeLessThan((playedMs - 40 + 25) * 16);
  expect(player.lastPlayedMs()).toBe(300);
});

test("a speech that is held before its first sound waits, whatever the framework resumes", async () => {
  const speaker = createFakeSpeaker();
  const player = create(speaker);
  player.hold();
  player.open();
  const fed = feed(player, 5);
  player.resume();
  await delay(60);
  expect(playedValues(speaker)).toEqual([]);
  player.release();
  await fed;
  await player.waitForPlayout();
  expect(playedValues(speaker)).toHaveLength(1600);
});

test("a stop is silence at once; what comes later is dropped, and the next speech begins afresh", async () => {
  const speaker = createFakeSpeaker();
  const player = create(speaker);
  player.open();
  const fed = feed(player, 50);
  await delay(150);
  const playedMs = player.stop();
  expect(speaker.queuedMs()).toBe(0);
  await fed;
  await player.waitForPlayout();
  expect(playedValues(speaker).length / 16).toBeGreaterThanOrEqual(playedMs);
  expect(playedMs).toBeGreaterThan(100);
  const before = playedValues(speaker).length;
  player.open();
  expect(player.playedMs()).toBe(0);
  await feed(player, 5);
  await player.waitForPlayout();
  expect(player.lastPlayedMs()).toBe(100);
  expect(playedValues(speaker).length - before).toBe(1600);
});

test("a tone is played only when nothing is said", async () => {
  const speaker = createFakeSpeaker();
  const player = create(speaker);
  const tone = { samples: new Int16Array(320).fill(9), sampleRate: 16_000 };
  await player.tone(tone);
  await delay(40);
  expect(playedValues(speaker)).toHaveLength(320);
  player.open();
  const fed = feed(player, 5);
  await delay(10);
  await player.tone(tone);
  await fed;
  await player.waitForPlayout();
  expect(playedValues(speaker)).toHaveLength(320 + 1600);
});
