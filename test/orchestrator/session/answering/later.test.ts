import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { createLater, type Later } from "../../../../orchestrator/session/answering/later.ts";

let later: Later | undefined;
afterEach(() => later?.drop());

/** Whoever owes answers, with an engine that is back when told, and what was said and asked. */
function owing(options: { readonly withinMs?: number; readonly blind?: boolean } = {}) {
  const back = Promise.withResolvers<void>();
  const done: string[] = [];
  const state = { idle: true, waits: 0 };
  const engine = {
    back: (signal: AbortSignal) => {
      state.waits += 1;
      return new Promise<void>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        void back.promise.then(resolve);
      });
    },
  };
  const opened = createLater({
    engine: options.blind ? {} : engine,
    isIdle: () => state.idle,
    say: (key) => void done.push(key),
    ask: (questions) => void done.push(`ask: ${questions}`),
    ...(options.withinMs === undefined ? {} : { withinMs: options.withinMs }),
  });
  later = opened;
  return { later: opened, back: back.resolve, done, state };
}

test("what is owed is promised once, and asked again when the engine is back", async () => {
  const { later, back, done, state } = owing();
  later.owe("What is this?");
  later.owe("And that?");
  expect(done).toEqual(["answer-later"]);
  back();
  await expect.poll(() => done).toEqual(["answer-later", "ask: What is this? And that?"]);
  await wait(250);
  expect(done).toHaveLength(2);
  expect(state.waits).toBe(1);
});

test("not into what somebody says, or hears", async () => {
  const { later, back, done, state } = owing();
  state.idle = false;
  later.owe("What is this?");
  back();
  await wait(250);
  expect(done).toEqual(["answer-later"]);
  state.idle = true;
  await expect.poll(() => done.at(-1)).toBe("ask: What is this?");
});

test("a caller who asks again is not answered twice; what else is owed stays owed", async () => {
  const { later, back, done } = owing();
  later.owe("What is this?");
  later.owe("And that?");
  later.asked("what is this");
  back();
  await expect.poll(() => done.at(-1)).toBe("ask: And that?");
});

test("nothing is said any more once nobody wants to know", async () => {
  const { later, back, done } = owing();
  later.owe("What is this?");
  later.asked("What is this?");
  later.owe("And that?");
  later.drop();
  back();
  await wait(250);
  expect(done).toEqual(["answer-later", "answer-later"]);
});

test("an engine that is not back in time: the caller is told, and nothing comes later", async () => {
  const { later, back, done } = owing({ withinMs: 50 });
  later.owe("What is this?");
  await expect.poll(() => done).toEqual(["answer-later", "still-cannot"]);
  back();
  await wait(150);
  expect(done).toHaveLength(2);
});

test("nothing is promised where nobody can tell when the engine is back", () => {
  const { later, done } = owing({ blind: true });
  later.owe("What is this?");
  expect(done).toEqual([]);
});
