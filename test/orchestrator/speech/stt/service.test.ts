import { describe, expect, test } from "vitest";
import { SpeechFault } from "../../../../orchestrator/speech/fault.ts";
import { createChoice, createService } from "../../../../orchestrator/speech/stt/service.ts";

const broken = new SpeechFault("connectivity", "ECONNREFUSED");
const refused = new SpeechFault("unauthorized", "401");

function setUp(...names: readonly string[]) {
  const clock = { nowMs: 1000 };
  const now = (): number => clock.nowMs;
  const services = names.map((name) =>
    createService(
      {
        place: { name, host: "this machine" },
        answers: "audio",
        open: () => Promise.reject(broken),
      },
      { now },
    ),
  );
  const choice = createChoice(services, now);
  const name = (): string | undefined => choice.next()?.recogniser.place.name;
  const [first, second] = services;
  return { clock, choice, name, first: first!, second: second! };
}

describe("the service to ask", () => {
  test("is the first that is well", () => {
    const { name, first } = setUp("a", "b");
    expect(name()).toBe("a");
    first.health.failed(broken);
    expect(name()).toBe("b");
    first.health.worked();
    expect(name()).toBe("a");
  });

  test("is the same after its connection broke, in 100, 200, 400, 800 ms and up to a fifth more", () => {
    const { clock, choice, name, first } = setUp("a");
    for (const pauseMs of [100, 200, 400, 800, 1600, 2000, 2000]) {
      choice.lost(first, 0);
      const waitMs = choice.readyAtMs() - clock.nowMs;
      expect(waitMs).toBeGreaterThanOrEqual(pauseMs);
      expect(waitMs).toBeLessThanOrEqual(pauseMs * 1.2);
      clock.nowMs += pauseMs - 1;
      expect(name()).toBeUndefined();
      clock.nowMs += pauseMs * 0.2 + 2;
      expect(name()).toBe("a");
    }
    choice.lost(first, 5000);
    expect(choice.readyAtMs() - clock.nowMs).toBeLessThanOrEqual(120);
  });

  test("is another, when streams die young again and again", () => {
    const { clock, choice, name, first } = setUp("a", "b");
    for (let n = 0; n < 3; n++) choice.lost(first, 300);
    clock.nowMs += 5000;
    expect(name()).toBe("b");
  });

  test("is each in turn, when none is well", () => {
    const { clock, choice, name, first, second } = setUp("a", "b");
    first.health.failed(broken);
    choice.lost(first, 0);
    second.health.failed(broken);
    choice.lost(second, 0);
    choice.lost(second, 0);
    expect(name()).toBeUndefined();
    clock.nowMs += 130;
    expect(name()).toBe("a");
    choice.lost(first, 0);
    choice.lost(first, 0);
    clock.nowMs += 130;
    expect(name()).toBe("b");
  });

  test("is none for a minute, when the only one refuses", () => {
    const { clock, name, first } = setUp("a");
    first.health.failed(refused);
    clock.nowMs += 59_999;
    expect(name()).toBeUndefined();
    clock.nowMs += 1;
    expect(name()).toBe("a");
  });
});

test("a well service that dropped its streams young in this call is no better one for a minute", () => {
  const { clock, choice, first, second } = setUp("a", "b");
  for (let n = 0; n < 3; n++) choice.lost(first, 300);
  clock.nowMs += 60_000;
  expect(choice.better(second)).toBeUndefined();
  clock.nowMs += 500;
  expect(choice.better(second)).toBe(first);
  choice.lost(first, 300);
  clock.nowMs += 60_000;
  expect(choice.better(second)).toBeUndefined();
  choice.lost(first, 5000);
  expect(choice.better(second)).toBeUndefined();
  clock.nowMs += 120;
  expect(choice.better(second)).toBe(first);
});

test("a better service is one before it in the order that is well, or due for a try", () => {
  const { clock, choice, first, second } = setUp("a", "b");
  expect(choice.better(second)).toBe(first);
  expect(choice.better(first)).toBeUndefined();
  first.health.failed(broken);
  expect(choice.better(second)).toBeUndefined();
  clock.nowMs += 2000;
  expect(choice.better(second)).toBe(first);
});
