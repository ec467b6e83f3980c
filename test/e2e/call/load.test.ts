import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { JOKE, TIME, type Script } from "./engines.ts";
import { isListening } from "./harness.ts";
import { expectNextTurn } from "./turn.ts";
import { withHarness } from "./with-harness.ts";

const script: readonly Script[] = [JOKE, TIME];

const harness = withHarness({ script });

test("five calls in the same second are all served", async () => {
  const callers = await Promise.all(Array.from({ length: 5 }, () => harness().call()));
  for (const caller of callers) expect(caller.agents).toHaveLength(1);
  for (const caller of callers) await expectNextTurn(harness(), caller, JOKE.question, JOKE.cloud);
}, 120_000);

test("at the limit one more call is not taken, running ones go on, and it is served when there is room", async () => {
  await harness().restartAgent({ AGENT_MAX_CALLS: "2" });
  const callers = await Promise.all([harness().call(), harness().call()]);
  const third = await harness().call({ waitForAgent: false });
  await wait(3000);
  expect(third.agents).toEqual([]);
  const [first, second] = callers;
  await expectNextTurn(harness(), second, TIME.question, TIME.cloud);
  await first.leave();
  await third.until("an agent", () => isListening(third), 60_000);
  await expectNextTurn(harness(), third, JOKE.question, JOKE.cloud);
}, 180_000);
