import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { toSpeakable } from "../../../../orchestrator/speech/speakable.ts";
import type { Spoken } from "../../../../orchestrator/speech/speech.ts";
import { type ClauseSound, createClauseSound } from "../../../../orchestrator/speech/tts/clause-sound.ts";
import { createOutlet, type Outlet } from "../../../../orchestrator/speech/tts/outlet.ts";

const RATE = 1000;

function clause(raw: string): ClauseSound {
  return createClauseSound(raw, toSpeakable(raw), { likelyMs: 50, slowestMs: 60 });
}

function add(outlet: Outlet, sound: ClauseSound, ms: number, chars?: number): void {
  const reached = chars === undefined ? [] : [{ chars, atMs: ms }];
  sound.add({ samples: new Int16Array(ms).fill(1000), reached }, RATE);
  outlet.changed(RATE);
}

async function collect(
  outlet: Outlet,
): Promise<{ readonly items: readonly Spoken[]; readonly soundMs: number }> {
  const items: Spoken[] = [];
  let soundMs = 0;
  for await (const item of outlet.spoken()) {
    items.push(item);
    if (item.type === "audio") soundMs += item.audio.samples.length;
  }
  return { items, soundMs };
}

describe("createOutlet", () => {
  it("gives clauses in order, their times counted from the start of the speech", async () => {
    const outlet = createOutlet(new AbortController().signal);
    const [first, second] = [clause("abcd "), clause("efgh")];
    outlet.add(first);
    outlet.add(second);
    const collected = collect(outlet);
    add(outlet, second, 300, 4);
    outlet.finish(second);
    add(outlet, first, 200, 4);
    outlet.finish(first);
    outlet.end();
    const { items, soundMs } = await collected;
    expect(soundMs).toBe(500);
    expect(items.filter(({ type }) => type === "words")).toEqual([
      { type: "words", text: "abcd ", startMs: 0, endMs: 200 },
      { type: "words", text: "efgh", startMs: 200, endMs: 500 },
    ]);
  });

  it("goes on behind the last whole word when a clause is cut", async () => {
    const outlet = createOutlet(new AbortController().signal);
    const first = clause("abcd efgh");
    outlet.add(first);
    const collected = collect(outlet);
    add(outlet, first, 200, 4);
    await wait(5);
    expect(outlet.cut(first)).toBe("efgh");
    const second = clause("efgh");
    outlet.add(second);
    add(outlet, second, 100, 4);
    outlet.finish(second);
    outlet.end();
    const { items, soundMs } = await collected;
    expect(soundMs).toBe(300);
    expect(items.flatMap((item) => (item.type === "words" ? item.text : [])).join("")).toBe("abcd efgh");
  });

  it("has room again as the ear takes what waits", async () => {
    const outlet = createOutlet(new AbortController().signal);
    const sound = clause("abcd");
    outlet.add(sound);
    add(outlet, sound, 500, 4);
    outlet.finish(sound);
    let hasRoom = false;
    const room = outlet.hasRoom(250).then(() => (hasRoom = true));
    const items = outlet.spoken();
    await items.next();
    await wait(5);
    expect(hasRoom).toBe(false);
    for (let piece = 0; piece < 4; piece++) await items.next();
    await room;
    expect(hasRoom).toBe(true);
  });

  it("ends at once when it is stopped, for who takes and for who waits", async () => {
    const stop = new AbortController();
    const outlet = createOutlet(stop.signal);
    const sound = clause("abcd");
    outlet.add(sound);
    add(outlet, sound, 500, 4);
    const room = outlet.hasRoom(1);
    stop.abort();
    await room;
    expect((await collect(outlet)).items).toEqual([]);
  });

  it("knows when what was added will have been heard", async () => {
    const { playout } = createOutlet(new AbortController().signal);
    const before = performance.now();
    playout.add(300);
    playout.add(200);
    expect(playout.endsAt() - before).toBeGreaterThanOrEqual(500);
    expect(playout.endsAt() - before).toBeLessThan(550);
  });
});
