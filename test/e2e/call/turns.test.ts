import { expect, test } from "vitest";
import { silence, joined } from "../../standins/speech/synthesise.ts";
import { degrade } from "../../standins/speech/degrade.ts";
import { FRONT, JOKE, type Script } from "./engines.ts";
import { answerTo, ask, eventsOf, expectNextTurn, expectSaid } from "./turn.ts";
import { emptyView, personView } from "./views.ts";
import { withHarness } from "./with-harness.ts";

const TABLE = {
  question: "Describe the table.",
  local: "Somebody sits behind it.",
  cloud: "It is made of dark wood.",
};
const script: readonly Script[] = [JOKE, FRONT, TABLE];

const harness = withHarness({ script });

test("a question without a picture is answered by the cloud, by voice, captions and ledger", async () => {
  const caller = await harness().call();
  const before = await harness().metric("sightline_turns_total", { transport: "livekit", route: "cloud" });
  const answer = await ask(harness(), caller, JOKE.question);
  expectSaid(caller, answer, JOKE.cloud);
  const { turn, latencyMs } = answer;
  expect(turn).toMatchObject({ engine: "cloud", reason: "no-frame-needed" });
  expect(turn.times.silenceMs).toBeGreaterThanOrEqual(500);
  expect(latencyMs).toBeGreaterThan(500);
  expect(latencyMs).toBeLessThan(1500);
  expect(harness().cloud.asked().at(-1)).toMatchObject({ pictures: 0 });
  expect(harness().local.asked()).toEqual([]);
  const [entry] = await harness().ledger(caller);
  expect(entry).toMatchObject({
    frame: null,
    reason: "no-frame-needed",
    engine: { name: "cloud", host: "this machine" },
    ear: { name: "deepgram", host: "this machine" },
    voice: { name: "elevenlabs", host: "this machine" },
  });
  await expect
    .poll(() => harness().metric("sightline_turns_total", { transport: "livekit", route: "cloud" }), {
      timeout: 5000,
    })
    .toBe(before + 1);
});

test("ten picture questions, half with people: a person's picture never goes to the cloud", async () => {
  const caller = await harness().call();
  const [empty, person] = [await emptyView(), await personView()];
  const camera = await caller.show(empty);
  await caller.pause(1500);
  const cloudBefore = harness().cloud.asked().length;
  const localBefore = harness().local.asked().length;
  const routes: string[] = [];
  for (let round = 0; round < 10; round++) {
    const isPerson = round % 2 === 1;
    await camera.look(isPerson ? person : empty);
    await caller.pause(isPerson ? 800 : 2500);
    const { question, local, cloud } = round % 4 < 2 ? FRONT : TABLE;
    const answer = await ask(harness(), caller, question);
    routes.push(`${answer.turn.engine} ${answer.turn.reason}`);
    expectSaid(caller, answer, isPerson ? local : cloud);
  }
  expect(routes).toEqual(
    Array.from({ length: 10 }, (_, round) => (round % 2 === 1 ? "local person-in-frame" : "cloud no-person")),
  );
  expect(harness().cloud.asked().length - cloudBefore).toBe(5);
  expect(harness().local.asked().length - localBefore).toBe(5);
  const ledger = await harness().ledger(caller);
  expect(ledger.map(({ frame, engine }) => `${frame?.verdict} ${engine?.name}`)).toEqual(
    Array.from({ length: 10 }, (_, round) => (round % 2 === 1 ? "person local" : "clear cloud")),
  );
}, 120_000);

test("a typed question and a chat message are answered like a spoken one", async () => {
  const caller = await harness().call();
  for (const send of [
    () => caller.request({ type: "ask", text: JOKE.question }),
    () => caller.chat(JOKE.question),
  ]) {
    const askedAtMs = performance.now();
    await send();
    const typed = { firstSampleAtMs: askedAtMs, lastSampleAtMs: askedAtMs };
    expectSaid(caller, await answerTo(caller, typed), JOKE.cloud);
  }
});

test("silence and noise are no question", async () => {
  const caller = await harness().call();
  const before = harness().cloud.asked().length;
  await caller.pause(3000);
  await caller.say({ samples: degrade(silence(2000), { noiseDb: -38 }), words: [] });
  await caller.pause(2500);
  expect(harness().cloud.asked().length).toBe(before);
  expect(eventsOf(caller, "turn")).toEqual([]);
  expect(caller.listening.text()).toBe("");
  await expectNextTurn(harness(), caller, JOKE.question, JOKE.cloud);
});

test("a pause of less than half a second inside a question does not end it", async () => {
  const caller = await harness().call();
  const { samples, words } = harness().utterance(FRONT.question);
  const middle = Math.round((words[1]?.endMs ?? 0) * 16);
  const broken = joined([samples.slice(0, middle), silence(430), samples.slice(middle)]);
  const { said, end } = await answerTo(caller, await caller.say({ samples: broken, words: [] }));
  expect(end.text).not.toBe("");
  expect(caller.listening.firstSoundAtMs(said.firstSampleAtMs)).toBeGreaterThan(said.lastSampleAtMs + 500);
  expect(end.interrupted).toBe(false);
  const finals = eventsOf(caller, "heard").filter(({ final }) => final);
  expect(finals.map(({ text }) => text).join(" ")).toContain("front of me?");
  expect(eventsOf(caller, "turn")).toHaveLength(1);
});
