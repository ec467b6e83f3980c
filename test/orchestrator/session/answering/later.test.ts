import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { createLater, type Later } from "../../../../orchestrator/session/answering/later.ts";
import type { ModelName } from "../../../../orchestrator/turn/turn.ts";

let later: Later | undefined;
afterEach(() => later?.drop());

/** An engine that is back when told. */
function away() {
  const back = Promise.withResolvers<void>();
  const engine = {
    waits: 0,
    bring: back.resolve,
    back: (signal: AbortSignal) => {
      engine.waits += 1;
      return new Promise<void>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        void back.promise.then(resolve);
      });
    },
  };
  return engine;
}

/** Whoever owes answers, and what was said and asked. The first `failing` tries get no answer. */
function owing(
  options: { readonly withinMs?: number; readonly failing?: number; readonly without?: ModelName } = {},
) {
  const { without, failing = 0, withinMs } = options;
  const engines = { local: away(), cloud: away() };
  const done: string[] = [];
  const state = { idle: true, failing };
  const opened = createLater({
    engines: without === undefined ? engines : { ...engines, [without]: undefined },
    isIdle: () => state.idle,
    say: (key) => void done.push(key),
    async ask(questions) {
      done.push(`ask: ${questions}`);
      return state.failing-- <= 0;
    },
    pauseMs: 20,
    ...(withinMs === undefined ? {} : { withinMs }),
  });
  later = opened;
  return {
    owe: (question: string, by: readonly ModelName[] = ["local"], said = question) =>
      opened.owe({ said, whole: question }, by),
    asked: (question: string, whole = question) => opened.asked({ said: question, whole }),
    drop: () => opened.drop(),
    engines,
    back: engines.local.bring,
    done,
    state,
  };
}

test("what is owed is promised once, and asked again when the engine is back", async () => {
  const { owe, back, done, engines } = owing();
  owe("What is this?");
  owe("And that?");
  expect(done).toEqual(["answer-later"]);
  back();
  await expect.poll(() => done).toEqual(["answer-later", "ask: What is this? And that?"]);
  await wait(250);
  expect(done).toHaveLength(2);
  expect(engines.local.waits).toBe(1);
});

test("not into what somebody says, or hears", async () => {
  const { owe, back, done, state } = owing();
  state.idle = false;
  owe("What is this?");
  back();
  await wait(250);
  expect(done).toEqual(["answer-later"]);
  state.idle = true;
  await expect.poll(() => done.at(-1)).toBe("ask: What is this?");
});

test("a caller who asks again is not answered twice; what else is owed stays owed", async () => {
  const { owe, asked, back, done } = owing();
  owe("What is this?");
  owe("And that?");
  asked("what is this");
  back();
  await expect.poll(() => done.at(-1)).toBe("ask: And that?");
});

test.each([
  ["in two parts", "on it", "what is written on it"],
  ["its second part alone", "on it", "on it"],
  ["all of it in one", "what is written on it", "what is written on it"],
])("a question that came in two parts is not answered twice when the caller repeats %s", async (...it) => {
  const [, said, whole] = it;
  const { owe, asked, back, done } = owing();
  owe("What is written on it?", ["local"], "On it?");
  asked(said, whole);
  back();
  await wait(150);
  expect(done).toEqual(["answer-later"]);
});

test("nothing is said any more once nobody wants to know", async () => {
  const { owe, asked, drop, back, done } = owing();
  owe("What is this?");
  asked("What is this?");
  owe("And that?");
  drop();
  back();
  await wait(250);
  expect(done).toEqual(["answer-later", "answer-later"]);
});

test("an engine that is not back in time: the caller is told, and nothing comes later", async () => {
  const { owe, back, done } = owing({ withinMs: 50 });
  owe("What is this?");
  await expect.poll(() => done).toEqual(["answer-later", "still-cannot"]);
  back();
  await wait(150);
  expect(done).toHaveLength(2);
});

test("an engine that is back and cannot answer yet is asked again, without a word", async () => {
  const { owe, back, done } = owing({ failing: 2 });
  owe("What is this?");
  back();
  await expect.poll(() => done.length).toBe(4);
  await wait(200);
  expect(done).toEqual(["answer-later", ...Array.from({ length: 3 }, () => "ask: What is this?")]);
});

test("one that never can: the tries get rarer, and the caller is told in the end", async () => {
  const { owe, back, done } = owing({ failing: Infinity, withinMs: 400 });
  owe("What is this?");
  back();
  await expect.poll(() => done.at(-1), { timeout: 3000 }).toBe("still-cannot");
  const tries = done.filter((each) => each.startsWith("ask")).length;
  expect(tries).toBeGreaterThanOrEqual(2);
  expect(tries).toBeLessThanOrEqual(5);
  expect(done).toHaveLength(tries + 2);
});

test("the first engine back that may answer does, and what only the other may stays owed", async () => {
  const { owe, engines, done } = owing();
  owe("Who is this?", ["local"]);
  owe("What is two and two?", ["local", "cloud"]);
  engines.cloud.bring();
  await expect.poll(() => done).toEqual(["answer-later", "ask: What is two and two?"]);
  await wait(150);
  expect(done).toHaveLength(2);
  engines.local.bring();
  await expect.poll(() => done.at(-1)).toBe("ask: Who is this?");
});

test("an engine that may not answer is not waited for, and nothing is promised where there is no other", async () => {
  const cloudOnly = owing({ without: "local" });
  cloudOnly.owe("Who is this?", ["local"]);
  expect(cloudOnly.done).toEqual([]);
  cloudOnly.owe("What is two and two?", ["local", "cloud"]);
  expect(cloudOnly.done).toEqual(["answer-later"]);
  const both = owing();
  both.owe("Who is this?", ["local"]);
  both.engines.cloud.bring();
  await wait(150);
  expect(both.done).toEqual(["answer-later"]);
  expect(both.engines.cloud.waits).toBe(0);
  both.drop();
});

test("nothing is promised where nobody can tell when the engine is back", () => {
  const done: string[] = [];
  const blind = createLater({
    engines: { local: {} },
    isIdle: () => true,
    say: (key) => void done.push(key),
    ask: async () => true,
  });
  blind.owe({ said: "What is this?", whole: "What is this?" }, ["local"]);
  expect(done).toEqual([]);
});
