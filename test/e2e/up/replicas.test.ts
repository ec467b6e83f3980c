import { expect, onTestFinished, test } from "vitest";
import { takePictures } from "../../../bench/prefill/bench-engine.ts";
import { PREFILLED, talk } from "../../../bench/prefill/real-engine.ts";
import { startSimulator } from "../../../inference/simulator/start.ts";
import { type Router, type RoutingLogic, startSessionRouter } from "../../standins/session-router.ts";

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
