import { expect, test } from "vitest";
import { createStop, type StoppedProgram } from "../../../../orchestrator/commands/stack/stop-programs.ts";

/** A stack whose programs end when they are hurried, or let go. */
function stack() {
  const log: string[] = [];
  const ends = new Map<string, () => void>();
  const make = (name: string, drains: boolean): StoppedProgram => {
    const gone = Promise.withResolvers<void>();
    ends.set(name, gone.resolve);
    return {
      name,
      drains,
      graceMs: 1000,
      program: {
        stop() {
          log.push(`stop ${name}`);
          return gone.promise.then(() => void log.push(`${name} gone`));
        },
        hurry() {
          log.push(`hurry ${name}`);
          gone.resolve();
        },
      },
    };
  };
  const kept = [make("prometheus", false), make("gateway", true), make("agent", true), make("gate", false)];
  const stop = createStop(kept, async () => void log.push("after"));
  return { log, stop, end: (name: string) => ends.get(name)?.() };
}

test("what calls are signalled through is left to them, and the others end after both", async () => {
  const { log, stop, end } = stack();
  const ended = stop.calmly();
  expect(log).toEqual(["stop agent"]);
  for (const name of ["agent", "gateway", "prometheus", "gate"]) end(name);
  await ended;
  expect(log.slice(1)).toEqual([
    "agent gone",
    "stop gateway",
    "gateway gone",
    "stop prometheus",
    "prometheus gone",
    "stop gate",
    "gate gone",
    "after",
  ]);
});

test("in a hurry nobody waits for calls, in the same order, and nothing is asked to stop twice", async () => {
  const { log, stop, end } = stack();
  void stop.calmly();
  const startMs = performance.now();
  const ended = stop.now();
  // A second signal right behind the first would be none.
  expect(log).toEqual(["stop agent"]);
  for (const name of ["prometheus", "gate"]) end(name);
  await ended;
  expect(log.slice(1, 6)).toEqual([
    "hurry agent",
    "agent gone",
    "stop gateway",
    "hurry gateway",
    "gateway gone",
  ]);
  expect(log.filter((line) => line.startsWith("stop "))).toHaveLength(4);
  expect(log.at(-1)).toBe("after");
  expect(performance.now() - startMs).toBeLessThan(2000);
});
