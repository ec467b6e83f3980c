import { expect, onTestFinished, test, vi } from "vitest";
import { createConversations } from "../../../orchestrator/http/conversations.ts";

function conversations(most = 3, lifeMs = 1000) {
  let id = 0;
  const clock = { nowMs: 0 };
  const made = createConversations({
    most,
    lifeMs,
    newId: () => `c${id++}`,
    verbosity: "normal",
    superseded: () => new Error("superseded"),
    now: () => clock.nowMs,
  });
  return { made, clock, idOf: (caller: string) => made.of(caller).conversation.id };
}

test("each caller has a conversation of their own, and comes back to it", () => {
  const { idOf } = conversations();
  expect([idOf("ada"), idOf("bob"), idOf("ada")]).toEqual(["c0", "c1", "c0"]);
});

test("one that was quiet for too long is forgotten", () => {
  const { made, clock, idOf } = conversations();
  idOf("ada");
  clock.nowMs = 1000;
  expect(idOf("ada")).toBe("c0");
  clock.nowMs = 2001;
  expect(made.size).toBe(0);
  expect(idOf("ada")).toBe("c1");
});

test("one that nobody comes back to is forgotten in its time", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { made, clock, idOf } = conversations();
  idOf("ada");
  clock.nowMs = 600;
  vi.advanceTimersByTime(600);
  idOf("bob");
  clock.nowMs = 1001;
  vi.advanceTimersByTime(401);
  clock.nowMs = 600;
  expect(made.size).toBe(1);
  clock.nowMs = 1601;
  vi.advanceTimersByTime(600);
  clock.nowMs = 600;
  expect(made.size).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test("beyond the limit the quietest is forgotten", () => {
  const { made, idOf } = conversations(2);
  idOf("ada");
  idOf("bob");
  idOf("ada");
  idOf("eve");
  expect(made.size).toBe(2);
  expect([idOf("ada"), idOf("eve"), idOf("bob")]).toEqual(["c0", "c2", "c3"]);
});

const untilAborted = (signal: AbortSignal) =>
  new Promise<AbortSignal>((resolve) => {
    if (signal.aborted) resolve(signal);
    else signal.addEventListener("abort", () => resolve(signal), { once: true });
  });
const never = new AbortController().signal;

test("a newer turn of the same caller ends the older one, and nobody else's", async () => {
  const { made } = conversations();
  const first = made.of("ada").take(never, untilAborted);
  let others: AbortSignal | undefined;
  void made.of("bob").take(never, async (signal) => untilAborted((others = signal)));
  const second = made.of("ada").take(never, async (signal) => signal);
  expect((await first).reason).toEqual(new Error("superseded"));
  expect((await second).aborted).toBe(false);
  expect(others?.aborted).toBe(false);
});

test("turns of one caller never run beside each other, also when one fails", async () => {
  const { made } = conversations();
  const order: string[] = [];
  const turns = ["first", "second", "third"].map((name) =>
    made.of("ada").take(never, async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`${name} ends`);
      if (name === "first") throw new Error("broken");
    }),
  );
  expect((await Promise.allSettled(turns)).map(({ status }) => status)).toEqual([
    "rejected",
    "fulfilled",
    "fulfilled",
  ]);
  expect(order).toEqual(["first", "second", "third"].flatMap((name) => [`${name} begins`, `${name} ends`]));
});

test("whoever hangs up ends their own turn", async () => {
  const { made } = conversations();
  const hangUp = new AbortController();
  const turn = made.of("ada").take(hangUp.signal, untilAborted);
  hangUp.abort();
  expect((await turn).aborted).toBe(true);
});
