import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { callNoticesIn } from "../../../orchestrator/session/voice/notices-text.ts";
import { childrenOf, isAlive } from "../programs.ts";
import { JOKE, TIME, type Script } from "./engines.ts";
import { eventsOf, expectNextTurn, quiet } from "./turn.ts";
import { withHarness } from "./with-harness.ts";

const LONG = {
  question: "Tell me a story.",
  local: "Local story.",
  cloud:
    "Once upon a time there lived an old farmer with seven goats and a small dog. Every morning they walked over the green hill.",
};
const script: readonly Script[] = [JOKE, TIME, LONG];
const notices = callNoticesIn("en");
const GREETING = "I'm listening. Ask me what is in front of you.";

/** What was on its way to the caller when a process was killed. */
const STALE_SOUND_MS = 300;

const harness = withHarness({
  script,
  says: ["Goodbye.", "Please say that again."],
  heard: [GREETING],
  notices: ["resumed", "goodbye", "ending-soon", "shutdown", "cannot-answer"],
  agentArguments: ["--processes", "2"],
});

test("a process that is killed: its call goes on in another one, with its past and one honest sentence", async () => {
  const caller = await harness().call();
  await expectNextTurn(harness(), caller, JOKE.question, JOKE.cloud);
  const agent = caller.agents[0];
  const serving = await processOf(caller.room.name ?? "");
  const killedAtMs = performance.now();
  process.kill(serving, "SIGKILL");
  await caller.until(
    "the honest sentence",
    () => caller.listening.text(killedAtMs).includes(notices.resumed),
    10_000,
  );
  // Five seconds until it is there and speaks; the sentence itself takes three more.
  const speaksAtMs = caller.listening.firstSoundAtMs(killedAtMs + STALE_SOUND_MS) ?? Infinity;
  expect(speaksAtMs - killedAtMs).toBeLessThan(5000);
  await quiet(caller);
  await expectNextTurn(harness(), caller, TIME.question, TIME.cloud);
  expect(caller.agents).toEqual([agent]);
  const body = harness().cloud.asked().at(-1)?.request.body;
  expect(JSON.stringify(body?.messages)).toContain(JOKE.cloud);
}, 60_000);

/** The agent process that serves a room, by its name in the store. */
async function processOf(room: string): Promise<number> {
  const stored = await harness().stored(room);
  const found = childrenOf(harness().agent().child.pid ?? 0).find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(stored?.process ?? "no process"),
  );
  if (found === undefined) throw new Error("no process serves the room");
  return found;
}

test("who says goodbye is hung up on, with a word", async () => {
  const caller = await harness().call();
  await caller.say(harness().utterance("Goodbye."));
  await caller.until("the end", () => eventsOf(caller, "ended").length > 0);
  await quiet(caller);
  expect(caller.listening.text()).toBe(notices.goodbye);
  expect(eventsOf(caller, "ended")).toMatchObject([{ reason: "hung-up" }]);
});

test("an answer is said again, word for word, without a model", async () => {
  const caller = await harness().call();
  await expectNextTurn(harness(), caller, JOKE.question, JOKE.cloud);
  const asked = harness().cloud.asked().length;
  await expectNextTurn(harness(), caller, "Please say that again.", JOKE.cloud);
  expect(harness().cloud.asked().length).toBe(asked);
});

test("SIGTERM in mid-sentence: the sentence is finished, the caller is told, and it exits", async () => {
  const caller = await harness().call();
  const { lastSampleAtMs } = await caller.say(harness().utterance(LONG.question));
  await caller.until("some words", () => caller.listening.words(lastSampleAtMs).length >= 5);
  const agent = harness().agent();
  agent.child.kill("SIGTERM");
  await caller.until("the end", () => eventsOf(caller, "ended").length > 0, 20_000);
  await quiet(caller);
  const sentence = LONG.cloud.split(". ")[0] ?? "";
  expect(caller.listening.text(lastSampleAtMs).startsWith(`${sentence}.`)).toBe(true);
  expect(eventsOf(caller, "ended")).toMatchObject([{ reason: "shutdown" }]);
  await caller.leave();
  expect(await agent.ended).toBe(0);
  await harness().restartAgent();
  const again = await harness().call();
  await expectNextTurn(harness(), again, TIME.question, TIME.cloud);
}, 90_000);

test("SIGTERM with time: the caller is told once and goes on, and it exits with the last call", async () => {
  await harness().restartAgent({ AGENT_DRAIN_MS: "600000" });
  const caller = await harness().call();
  const agent = harness().agent();
  agent.child.kill("SIGTERM");
  await caller.until("the word about it", () => caller.listening.text().includes(notices["ending-soon"]));
  await quiet(caller);
  await expectNextTurn(harness(), caller, TIME.question, TIME.cloud);
  await expectNextTurn(harness(), caller, JOKE.question, JOKE.cloud);
  expect(caller.listening.text().split(notices["ending-soon"])).toHaveLength(2);
  expect(eventsOf(caller, "ended")).toEqual([]);
  await caller.leave();
  expect(await agent.ended).toBe(0);
  await harness().restartAgent();
}, 90_000);

test("a second SIGTERM ends its calls within five seconds", async () => {
  await harness().restartAgent({ AGENT_DRAIN_MS: "600000" });
  const caller = await harness().call();
  const { pid = 0 } = harness().agent().child;
  const processes = childrenOf(pid);
  process.kill(pid, "SIGTERM");
  await caller.until("the word about it", () => caller.listening.isSounding(200));
  process.kill(pid, "SIGTERM");
  const againAtMs = performance.now();
  await caller.until("no process", () => processes.every((one) => !isAlive(one)), 5000);
  expect(performance.now() - againAtMs).toBeLessThan(5000);
  await harness().restartAgent();
}, 90_000);

test("a second SIGTERM ends a process that hangs too, within five seconds", async () => {
  await harness().restartAgent({ AGENT_DRAIN_MS: "600000" });
  const agent = harness().agent();
  const { pid = 0 } = agent.child;
  const processes = childrenOf(pid);
  expect(processes).toHaveLength(2);
  for (const one of processes) process.kill(one, "SIGSTOP");
  process.kill(pid, "SIGTERM");
  await wait(200);
  const againAtMs = performance.now();
  process.kill(pid, "SIGTERM");
  try {
    expect(await agent.ended).toBe(130);
    expect(performance.now() - againAtMs).toBeLessThan(5000);
    expect(processes.filter(isAlive)).toEqual([]);
  } finally {
    for (const one of processes) if (isAlive(one)) process.kill(one, "SIGKILL");
  }
  await harness().restartAgent();
}, 90_000);

test("the vision assistant greets", async () => {
  await harness().restartAgent({ PERSONA_FILE: "" });
  const caller = await harness().call();
  await caller.until("the greeting", () => caller.listening.text().includes("in front of you."));
  await quiet(caller);
  expect(caller.listening.text()).toBe(GREETING);
  await expectNextTurn(harness(), caller, TIME.question, TIME.cloud);
  await harness().restartAgent();
}, 90_000);
