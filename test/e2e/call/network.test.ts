import { afterAll, beforeAll, expect, test } from "vitest";
import { createNetwork, type Network } from "../../standins/network.ts";
import { agentsIn } from "../livekit/stage.ts";
import { JOKE, TIME, type Script } from "./engines.ts";
import { isListening } from "./harness.ts";
import { answerTo, eventsOf, expectNextTurn, expectSaid } from "./turn.ts";
import { withHarness } from "./with-harness.ts";

const script: readonly Script[] = [JOKE, TIME];

const harness = withHarness({ script });
let network: Network;
beforeAll(async () => {
  network = await createNetwork(harness().livekit);
}, 60_000);
afterAll(() => network?.close());

test("a network that is away for three seconds costs nothing but these", async () => {
  const caller = await harness().call({ url: network.url });
  await expectNextTurn(harness(), caller, JOKE.question, JOKE.cloud);
  network.cut();
  await caller.pause(3000);
  network.mend();
  await caller.pause(1500);
  await expectNextTurn(harness(), caller, TIME.question, TIME.cloud);
  expect(caller.agents).toHaveLength(1);
  expect(eventsOf(caller, "ended")).toEqual([]);
  const body = harness().cloud.asked().at(-1)?.request.body;
  expect(JSON.stringify(body?.messages)).toContain(JOKE.cloud);
}, 60_000);

test("a network that is away for twenty-five seconds ends the call; who comes back is served again", async () => {
  const room = "away-25";
  const caller = await harness().call({ url: network.url, room });
  await expectNextTurn(harness(), caller, JOKE.question, JOKE.cloud);
  const calls = await harness().metric("sightline_calls");
  network.cut();
  await caller.pause(25_000);
  await expect.poll(() => harness().metric("sightline_calls"), { timeout: 15_000 }).toBe(calls - 1);
  network.mend();
  await expect.poll(() => agentsIn(harness().rooms, room), { timeout: 40_000, interval: 500 }).toBe(1);
  await caller.until("the agent listens", () => isListening(caller), 40_000);
  await caller.pause(1000);
  await expectNextTurn(harness(), caller, TIME.question, TIME.cloud);
  expect(await agentsIn(harness().rooms, room)).toBe(1);
}, 150_000);

test("a second tab of the same caller takes the call over, and there is one agent", async () => {
  const [room, identity] = ["two-tabs", "caller-with-two-tabs"];
  const first = await harness().call({ room, identity });
  await expectNextTurn(harness(), first, JOKE.question, JOKE.cloud);
  const tab = await harness().call({ room, identity });
  await first.until("the first tab is told", () => first.disconnected() !== undefined);
  await tab.pause(1000);
  await expectNextTurn(harness(), tab, TIME.question, TIME.cloud);
  expect(await agentsIn(harness().rooms, room)).toBe(1);
}, 90_000);

test("a livekit-server that is restarted is found again by both", async () => {
  const caller = await harness().call();
  await expectNextTurn(harness(), caller, JOKE.question, JOKE.cloud);
  await harness().restartLivekit(3000);
  await caller.until("the agent is back", () => isListening(caller), 40_000);
  await caller.pause(3000);
  const said = await caller.say(harness().utterance(TIME.question));
  expectSaid(caller, await answerTo(caller, said, 20_000), TIME.cloud);
}, 120_000);
