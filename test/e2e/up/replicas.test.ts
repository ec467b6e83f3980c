import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { benchEngine, takePictures } from "../../../bench/prefill/bench-engine.ts";
import { PREFILLED, talk } from "../../../bench/prefill/real-engine.ts";
import { startSimulator } from "../../../inference/simulator/start.ts";
import { ask, contextOf, promptOf, text } from "../../orchestrator/engines/engine-fixture.ts";
import { type Router, type RoutingLogic, startSessionRouter } from "../../standins/session-router.ts";
import { sightline } from "../programs.ts";

const CALLS = 4;
const QUESTIONS = 8;
/** How long each question is spoken: the prefill ahead of it has ended by then. */
const SPEECH_MS = 600;

/** Two replicas, each with caches of its own, behind a router. */
async function startReplicas(logic: RoutingLogic): Promise<Router> {
  const replicas = await Promise.all([startSimulator(), startSimulator()]);
  const urls = replicas.map(({ url }) => url);
  const router = await startSessionRouter({ replicas: urls, logic, sessionKey: "x-session-id" });
  onTestFinished(async () => {
    await router.close();
    await Promise.all(replicas.map((replica) => replica.close()));
  });
  return router;
}

/** Two replicas as programs, as a router finds them; each can be asked to end. */
async function startPrograms() {
  const replicas = await Promise.all(
    [1, 2].map(async () => {
      const program = sightline(["simulator", "--port=0", "--profile=h100-2b", "--shutdown-timeout=20"]);
      await expect.poll(program.stdout, { interval: 20, timeout: 20_000 }).toMatch(/\n/);
      return { program, url: (JSON.parse(program.stdout()) as { listening: string }).listening };
    }),
  );
  const urls = replicas.map(({ url }) => url);
  const router = await startSessionRouter({ replicas: urls, logic: "session", sessionKey: "x-session-id" });
  const engine = benchEngine(router.url, { vllm: true });
  onTestFinished(async () => {
    await engine.close();
    await router.close();
    for (const { program } of replicas) program.child.kill("SIGKILL");
    await Promise.all(replicas.map(({ program }) => program.ended));
  });
  return { replicas, router, engine };
}

/** Share of the prompts' tokens that lay computed, from the second question of each call on. */
async function cachedShare(router: Router): Promise<number> {
  const pictures = await takePictures(QUESTIONS);
  const paces = Array.from({ length: CALLS }, () => SPEECH_MS);
  const calls = await talk({ url: router.url }, PREFILLED, { pictures, paces });
  expect(calls.map((asked) => asked.length)).toEqual(paces.map(() => QUESTIONS));
  const later = calls.flatMap((asked) => asked.slice(1));
  const sum = (of: (each: (typeof later)[number]) => number): number =>
    later.reduce((total, each) => total + of(each), 0);
  return sum(({ cachedTokens }) => cachedTokens) / sum(({ promptTokens }) => promptTokens);
}

test("with session affinity the prefix of a call is where it was computed", async () => {
  const router = await startReplicas("session");
  expect(await cachedShare(router)).toBeGreaterThanOrEqual(0.95);
  expect(router.homes.size).toBe(CALLS);
  for (const homes of router.homes.values()) expect(homes.size).toBe(1);
}, 60_000);

test("without it each replica computes what the other one has: the loss is there to be seen", async () => {
  const router = await startReplicas("roundrobin");
  expect(await cachedShare(router)).toBeLessThan(0.9);
  for (const homes of router.homes.values()) expect(homes.size).toBe(2);
}, 60_000);

test("a replica that is asked to end finishes what it has begun; what comes then is answered by the other one", async () => {
  const { replicas, router, engine } = await startPrograms();
  const question = (nth: number) => promptOf([[text(`Question ${nth}: what is two and two?`)]]);
  const first = await ask(engine, question(1));
  const [home] = [...router.homes.values()].flatMap((homes) => [...homes]);
  const leaving = replicas[home ?? 0]?.program;

  const begun: string[] = [];
  for await (const event of engine.answer(question(2), contextOf())) {
    if (begun.length === 0) leaving?.child.kill("SIGTERM");
    if (event.type === "text-delta") begun.push(event.text);
  }
  expect(begun.join("")).toMatch(/^Simulator: I was sent/);
  // While it drains, lingers, and is gone: no question is lost, and none is asked twice by us.
  for (let nth = 3; nth <= 12; nth++) {
    const asked = await ask(engine, question(nth));
    expect(asked.error).toBeUndefined();
    expect(asked.text).toBe(first.text);
    await wait(400);
  }
  expect(await leaving?.ended).toBe(0);
}, 60_000);
