import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LivekitServer } from "../../../orchestrator/assets/livekit-process.ts";
import { type LeavingFront, startLeavingFront } from "../../standins/leaving-front.ts";
import { startRealLivekit } from "../../standins/livekit-server.ts";
import { joinAsAgent, type TestAgent } from "./agent.ts";
import { LONG, SPEECH } from "./called.ts";
import { closeAfterEach, later, open } from "./opened.ts";
import { LOUDNESS, RAW_MICROPHONE } from "./scripts.ts";

/** Longer than a gateway is away when a box exchanges it. */
const AWAY_MS = 20_000;
/** Of sound, while it is away. */
const SOUND_MS = 2500;

let server: LivekitServer;
let front: LeavingFront;
beforeAll(async () => {
  server = await startRealLivekit();
  front = await startLeavingFront(server.port);
}, 300_000);
afterAll(async () => {
  await front?.close();
  await server?.close();
});
closeAfterEach();

/** The page signals through the front; media go past it, and the assistant is at the server itself. */
async function call() {
  const through = { ...server, url: `ws://127.0.0.1:${front.port}` };
  const joined = Promise.withResolvers<TestAgent>();
  const onRoom = (name: string): void => void joinAsAgent(server, name).then(joined.resolve, joined.reject);
  const browser = await open({ livekit: { ...through, onRoom } }, {}, RAW_MICROPHONE);
  await browser.page.keyboard.press("Enter");
  const agent = await joined.promise;
  later(() => agent.leave());
  await browser.page.getByText("In call. Speak now.").waitFor();
  await agent.tell(SPEECH);
  return { ...browser, agent };
}

test("with the signalling away for twenty seconds a call is heard both ways, and goes on as if nothing were", async () => {
  const { page, agent } = await call();
  await expect.poll(() => agent.picture(), LONG).toBeDefined();
  await expect.poll(() => agent.heardMs(), LONG).toBeGreaterThan(0);

  const awayAtMs = performance.now();
  await front.leave();
  for (let nth = 1; nth <= 4; nth++) {
    const before = agent.heardMs();
    const loudness = page.evaluate<number>(LOUDNESS);
    await agent.sound(SOUND_MS);
    expect(await loudness, `sound ${nth} of the agent`).toBeGreaterThan(0.02);
    expect(agent.heardMs(), `sound ${nth} of the caller`).toBeGreaterThan(before);
    await agent.tell({ type: "caption", turn: `t${nth}`, text: `Sentence number ${nth}. ` });
    await page.getByText(`Sentence number ${nth}.`).waitFor();
    expect(await page.getByText("In call. Speak now.").isVisible()).toBe(true);
    await wait(Math.max(0, awayAtMs + (nth * AWAY_MS) / 4 - performance.now()));
  }
  await front.comeBack();
  const loudness = page.evaluate<number>(LOUDNESS);
  await agent.sound(SOUND_MS);
  expect(await loudness).toBeGreaterThan(0.02);
  // This needs signalling.
  await page.keyboard.press("c");
  await expect.poll(() => agent.published(), LONG).toEqual(["SOURCE_MICROPHONE"]);
  await page.keyboard.press("c");
  await expect.poll(() => agent.published().length, LONG).toBe(2);
}, 120_000);

test("with the signalling and the media away the call is lost, and says when it is back", async () => {
  const { page, agent } = await call();
  await front.leave();
  process.kill(-server.pid, "SIGSTOP");
  later(async () => void process.kill(-server.pid, "SIGCONT"));
  await page.getByText("The connection is lost. Trying again…").waitFor({ timeout: 15_000 });
  process.kill(-server.pid, "SIGCONT");
  await front.comeBack();
  await page.getByText("Connected again.").waitFor({ timeout: 15_000 });
  const before = agent.heardMs();
  await expect.poll(() => agent.heardMs(), LONG).toBeGreaterThan(before);
}, 60_000);

test("a native client is still in the call when the signalling is back, and is heard both ways again", async () => {
  const through = { ...server, url: `ws://127.0.0.1:${front.port}` };
  const agent = await joinAsAgent(server, "native");
  const caller = await joinAsAgent(through, "native", "listening", "caller");
  later(() => agent.leave());
  later(() => caller.leave());
  await front.leave();
  await expect.poll(() => caller.line, LONG).toEqual(["reconnecting"]);
  await wait(AWAY_MS / 4);
  await front.comeBack();
  await expect.poll(() => caller.line, LONG).toEqual(["reconnecting", "reconnected"]);
  const before = [agent.heardMs(), caller.heardMs()];
  await Promise.all([agent.sound(SOUND_MS), caller.sound(SOUND_MS)]);
  await expect.poll(() => agent.heardMs() - (before[0] ?? 0), LONG).toBeGreaterThan(SOUND_MS / 2);
  await expect.poll(() => caller.heardMs() - (before[1] ?? 0), LONG).toBeGreaterThan(SOUND_MS / 2);
}, 60_000);
