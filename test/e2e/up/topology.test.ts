import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { RoomEvent } from "@livekit/rtc-node";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Caller } from "../../standins/caller.ts";
import { callNoticesIn } from "../../../orchestrator/session/voice/notices-text.ts";
import { type Answer, answerTo, eventsOf, expectSaid, quiet } from "../call/turn.ts";
import { isAlive } from "../programs.ts";
import { lookWhile, type Seen } from "./look-while.ts";
import { prepareStack, type Ran, type Stack } from "./stack.ts";

// The whole stack as `make up ENGINE=simulator RUNTIME=process` runs it: real livekit-server, gate,
// simulator, warm-up, agent, gateway and Prometheus, each a process of its own.

const QUESTION = "What is two and two?";
/** Rendered ahead, in a voice that the caller's reader knows only in part. */
const notices = callNoticesIn("en");
/** The simulator loads so long after each start. */
const LOADS_MS = 4000;
const ENGINE = `--simulator=--profile h100-2b --start-delay-ms ${LOADS_MS}`;
const CLOUD = "The cloud says four.";
/** Scraped, evaluated, and a little more. */
const SEEN_MS = 20_000;

let stack: Stack;
let up: Ran;
/** What could be seen while all of it started. */
let seen: readonly Seen[] = [];
/** What the engine says to the question. */
let answered = "";
beforeAll(async () => {
  stack = await prepareStack({
    script: [{ question: QUESTION, local: "", cloud: CLOUD }],
    says: [QUESTION],
    // The cloud is not to answer for an engine that only waits for a busy processor.
    environment: { LOCAL_FALLBACK_AFTER_MS: "1400" },
  });
  const coming = stack.up(ENGINE);
  seen = await lookWhile(stack, coming);
  up = await coming;
  if (up.code === 0) await stack.hasten(1);
}, 150_000);
afterAll(() => stack?.close(), 60_000);

const pidOf = async (name: string): Promise<number> =>
  (await stack.status()).programs.find((program) => program.name === name)?.pid ?? 0;

const startedAgain = (name: string, restarts: number): Promise<void> =>
  vi.waitFor(async () => {
    const found = (await stack.status()).programs.find((program) => program.name === name);
    expect(found).toMatchObject({ state: "ready", restarts });
  }, 40_000);

/** Everything that a caller was told since then, in order. */
const saidSince = (caller: Caller, sinceMs: number): readonly string[] =>
  eventsOf(caller, "answer-end")
    .filter(({ atMs, text }) => atMs >= sinceMs && text !== "")
    .map(({ text }) => text);

const ask = async (caller: Caller, question: string): Promise<Answer> =>
  answerTo(caller, await caller.say(stack.utterance(question)));

test("everything is ready, and a second up says so and starts nothing", async () => {
  expect(up.code, up.stderr).toBe(0);
  expect(up.stdout).toContain(`Sightline is up: open ${stack.address}`);
  expect(up.stdout).toContain("a simulator: its answers say so, and it sees nothing");
  const { phase, programs } = await stack.status();
  expect(phase).toBe("ready");
  const names = ["livekit", "gate", "simulator", "warm-up", "agent", "gateway", "prometheus"];
  expect(programs.map(({ name }) => name)).toEqual(names);
  const again = await stack.up();
  expect(again.code).toBe(0);
  expect(again.stderr).toContain("already up");
  expect((await stack.status()).programs).toEqual(programs);
});

test("while the engine loads nothing is ready that calls need, and no page takes any", () => {
  const loading = seen.filter(({ programs }) => programs["simulator"] === "not ready");
  expect(loading.length).toBeGreaterThan(3);
  const before = seen.filter(({ programs }) => programs["warm-up"] !== "ready");
  expect(before).toEqual(expect.arrayContaining(loading));
  for (const { programs, phase, page } of before) {
    expect(phase).not.toBe("ready");
    expect(page).toBe(false);
    expect(programs).not.toHaveProperty("agent");
    expect(programs).not.toHaveProperty("gateway");
  }
});

test("the page answers over HTTPS, with a certificate for this machine; secrets are for one user", async () => {
  const page = await stack.get("/");
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining("<title>Sightline") });
  expect(statSync(join(stack.dataDir, "secrets")).mode & 0o777).toBe(0o700);
});

test("a call is answered, and Prometheus has its time to first token", async () => {
  const before = await stack.query('sum(sightline_ttft_seconds_count{engine="local"})');
  const caller = await stack.call();
  const { end } = await ask(caller, QUESTION);
  expect(end.text).toMatch(/^Simulator: I was sent/);
  await vi.waitFor(async () => {
    const [rooms] = await stack.query('sum(livekit_room_total{job="livekit"})');
    expect(rooms?.value).toBe(1);
  }, SEEN_MS);
  answered = end.text;
  await caller.leave();
  await vi.waitFor(async () => {
    const [counted] = await stack.query(
      'sum(sightline_ttft_seconds_bucket{job="agent",engine="local",le="+Inf"})',
    );
    expect(counted?.value ?? 0).toBeGreaterThan(before[0]?.value ?? 0);
  }, SEEN_MS);
  const down = await stack.query("up == 0");
  expect(down).toEqual([]);
  const jobs = await stack.query("up");
  expect(new Set(jobs.map(({ metric }) => (metric as { job: string }).job))).toEqual(
    new Set(["gateway", "agent", "gate", "vllm", "warm-up", "livekit", "prometheus"]),
  );
}, 60_000);

test("gate, engine and agent are exchanged during a call: no word is cut, no question is lost", async () => {
  const first = await stack.call();
  const { end } = await ask(first, QUESTION);
  await first.leave();
  const caller = await stack.call([
    end.text,
    notices["cannot-answer"],
    notices["answer-later"],
    notices["as-of-now"],
    notices["ending-soon"],
  ]);
  expectSaid(caller, await ask(caller, QUESTION), end.text);

  process.kill(await pidOf("gate"), "SIGTERM");
  expectSaid(caller, await ask(caller, QUESTION), end.text);

  // While it speaks: what it has begun is finished.
  const said = await caller.say(stack.utterance(QUESTION));
  await caller.until("some words", () => caller.listening.words(said.lastSampleAtMs).length >= 2);
  process.kill(await pidOf("simulator"), "SIGTERM");
  expectSaid(caller, await answerTo(caller, said), end.text);
  await startedAgain("simulator", 1);
  expectSaid(caller, await ask(caller, QUESTION), end.text);

  // While it drains: a question that may leave is answered elsewhere, and one that follows a local answer later.
  const other = await stack.call([CLOUD]);
  process.kill(await pidOf("simulator"), "SIGTERM");
  const [asked, elsewhere] = await Promise.all([caller.say(stack.utterance(QUESTION)), ask(other, QUESTION)]);
  expectSaid(other, elsewhere, CLOUD);
  const told = await answerTo(caller, asked);
  expect(told.end).toMatchObject({ text: notices["cannot-answer"], interrupted: false });
  await other.leave();
  const warmUp = `${(await stack.status()).programs.find(({ name }) => name === "warm-up")?.address}/readyz`;
  await vi.waitFor(async () => expect((await fetch(warmUp)).status).toBe(503), 10_000);
  const isOver = (): boolean => saidSince(caller, asked.lastSampleAtMs).includes(end.text);
  await caller.until("the answer that was promised", isOver, 60_000);
  await quiet(caller);
  const promised = [notices["cannot-answer"], notices["answer-later"], notices["as-of-now"], end.text];
  expect(saidSince(caller, asked.lastSampleAtMs)).toEqual(promised);
  expect(caller.listening.text(asked.lastSampleAtMs)).toContain(end.text.split(" ").slice(-3).join(" "));
  await startedAgain("simulator", 2);
  await vi.waitFor(async () => expect((await fetch(warmUp)).status).toBe(200), 20_000);
  expectSaid(caller, await ask(caller, QUESTION), end.text);

  const agent = await pidOf("agent");
  process.kill(agent, "SIGTERM");
  await caller.until("the word about it", () =>
    eventsOf(caller, "answer-end").some(({ text }) => text === notices["ending-soon"]),
  );
  await quiet(caller);
  expectSaid(caller, await ask(caller, QUESTION), end.text);
  expect(eventsOf(caller, "ended")).toEqual([]);
  expect(eventsOf(caller, "turn").at(-1)).toMatchObject({ engine: "local" });
  await caller.leave();
  await startedAgain("agent", 1);
  expect(await pidOf("agent")).not.toBe(agent);
  const next = await stack.call();
  await vi.waitFor(async () => expect((await ask(next, QUESTION)).end.text).toBe(end.text), 40_000);
  await next.leave();
}, 180_000);

test("the gateway is exchanged during calls: they go on in the old one, and new callers find the new one at once", async () => {
  const caller = await stack.call([answered]);
  const old = await pidOf("gateway");
  const { restarts = 0 } = (await stack.status()).programs.find(({ name }) => name === "gateway") ?? {};

  // While it speaks.
  const said = await caller.say(stack.utterance(QUESTION));
  await caller.until("some words", () => caller.listening.words(said.lastSampleAtMs).length >= 2);
  process.kill(old, "SIGTERM");
  expectSaid(caller, await answerTo(caller, said), answered);
  await startedAgain("gateway", restarts + 1);
  expect(await pidOf("gateway")).not.toBe(old);
  expect(isAlive(old)).toBe(true);

  const other = await stack.call([answered]);
  expectSaid(other, await ask(other, QUESTION), answered);
  expectSaid(caller, await ask(caller, QUESTION), answered);
  await caller.leave();
  await vi.waitFor(() => expect(isAlive(old)).toBe(false), 5000);

  // One that cannot wait tells its callers to come back: they do, and lose no word.
  const hasty = await pidOf("gateway");
  const reconnected: string[] = [];
  other.room.on(RoomEvent.Reconnecting, () => void reconnected.push("reconnecting"));
  other.room.on(RoomEvent.Reconnected, () => void reconnected.push("reconnected"));
  const asked = await other.say(stack.utterance(QUESTION));
  await other.until("some words", () => other.listening.words(asked.lastSampleAtMs).length >= 2);
  process.kill(hasty, "SIGTERM");
  await startedAgain("gateway", restarts + 2);
  process.kill(hasty, "SIGTERM");
  await vi.waitFor(() => expect(isAlive(hasty)).toBe(false), 5000);
  expectSaid(other, await answerTo(other, asked), answered);
  await vi.waitFor(() => expect(reconnected).toEqual(["reconnecting", "reconnected"]), 20_000);
  expectSaid(other, await ask(other, QUESTION), answered);
  expect(other.disconnected()).toBeUndefined();
  expect(other.agents).toHaveLength(1);
  await other.leave();
}, 120_000);

test("what a gateway counts until its end is in Prometheus, beside what the next one counts", async () => {
  const everCounted = async (): Promise<number> => {
    const [sum] = await stack.query('sum(max_over_time(sightline_turn_seconds_count{job="gateway"}[1h]))');
    return sum?.value ?? 0;
  };
  // Rarer than an end takes: what is counted last is seen because it is waited for.
  await stack.hasten(4);
  const before = await everCounted();
  const old = await pidOf("gateway");
  const { restarts = 0 } = (await stack.status()).programs.find(({ name }) => name === "gateway") ?? {};
  expect((await stack.ask(QUESTION)).status).toBe(200);
  const underWay = [1, 2, 3].map(() => stack.ask(QUESTION));
  await wait(100);
  process.kill(old, "SIGTERM");
  const answers = await Promise.all(underWay);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await startedAgain("gateway", restarts + 1);
  expect((await stack.ask(QUESTION)).status).toBe(200);
  await vi.waitFor(() => expect(isAlive(old)).toBe(false), 10_000);
  await vi.waitFor(async () => expect((await everCounted()) - before).toBe(5), SEEN_MS);
  await vi.waitFor(async () => expect(await stack.query('up{job="gateway"}')).toHaveLength(1), SEEN_MS);
  await stack.hasten(1);
}, 120_000);

test("an upgrade lets a call finish, signalled by its gateway until then, and starts all of it anew", async () => {
  const caller = await stack.call([answered, notices["ending-soon"]]);
  const { programs: before } = await stack.status();
  const upgrade = stack.run("upgrade", "--engine", "simulator", "--runtime", "process");
  await caller.until("the word about it", () =>
    eventsOf(caller, "answer-end").some(({ text }) => text === notices["ending-soon"]),
  );
  await quiet(caller);
  expect((await stack.get("/")).status).toBe(200);
  expectSaid(caller, await ask(caller, QUESTION), answered);
  await caller.leave();
  const { code, stderr } = await upgrade;
  expect(code, stderr).toBe(0);
  expect(before.filter(({ pid }) => isAlive(pid))).toEqual([]);
  expect((await stack.status()).phase).toBe("ready");
}, 90_000);

test("down leaves no process, and what is kept stays", async () => {
  const { programs } = await stack.status();
  const down = await stack.run("down", "--now");
  expect(down.code, down.stderr).toBe(0);
  expect(programs.filter(({ pid }) => isAlive(pid))).toEqual([]);
  expect(await stack.status()).toMatchObject({ phase: "down", programs: [] });
  const logs = await stack.run("logs", "agent");
  expect(logs.stdout).toMatch(/^agent \| \{/m);
  expect(logs.stdout + (await stack.run("logs")).stdout).not.toContain(QUESTION);
}, 60_000);
