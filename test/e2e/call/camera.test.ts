import sharp from "sharp";
import { expect, test } from "vitest";
import { callNoticesIn } from "../../../orchestrator/session/voice/notices-text.ts";
import { noticesIn } from "../../../orchestrator/turn/notices.ts";
import type { ContentPart } from "../../standins/openai-server.ts";
import { FRONT, type Script } from "./engines.ts";
import type { Harness } from "./harness.ts";
import { ask, eventsOf, expectNextTurn, expectSaid } from "./turn.ts";
import { emptyView, personView } from "./views.ts";
import { withHarness } from "./with-harness.ts";

const SCREEN = {
  question: "What's on my screen?",
  local: "It shows a green button.",
  cloud: "The cloud should not see this.",
};
const script: readonly Script[] = [FRONT, SCREEN];
/** After this long without a person a view counts as clear again, and some frames of it are there. */
const SETTLED_MS = 3000;

const harness = withHarness({
  script,
  notices: ["camera-off", "screen-off", "screen-shared", "too-dark", "cannot-answer"],
});

const CAMERA_OFF = noticesIn("en")["camera-off"];

/** The last picture that an engine got; a question may name it by its id alone, when it was sent ahead. */
function lastPicture(engine: Harness["cloud"]): Buffer {
  const messages = engine.chats.flatMap(({ body }) => body?.messages ?? []);
  const parts = messages.flatMap(({ content }): readonly ContentPart[] =>
    typeof content === "string" ? [] : content,
  );
  const part = parts.findLast(({ image_url: picture }) => picture?.url);
  return Buffer.from(part?.image_url?.url.split(",")[1] ?? "", "base64");
}

test("without a camera it says so, and sees once there is one", async () => {
  const caller = await harness().call();
  const answer = await ask(harness(), caller, FRONT.question);
  expectSaid(caller, answer, CAMERA_OFF);
  expect(answer.turn.reason).toBe("no-frame-available");
  await caller.show(await emptyView());
  await caller.pause(SETTLED_MS);
  await expectNextTurn(harness(), caller, FRONT.question, FRONT.cloud);
});

test("a camera that is switched on in mid-question does not cut the question", async () => {
  const caller = await harness().call();
  const asking = ask(harness(), caller, FRONT.question);
  await caller.until("the first words", () => eventsOf(caller, "heard").length > 0);
  await caller.show(await emptyView());
  await asking;
  expect(eventsOf(caller, "heard").filter(({ final }) => final)).toMatchObject([
    { text: expect.any(String) },
  ]);
  expect(new Set(eventsOf(caller, "turn").map(({ turn }) => turn)).size).toBe(1);
});

test("a camera that is muted is off at once, and on again when it is unmuted", async () => {
  const caller = await harness().call();
  const camera = await caller.show(await emptyView());
  await caller.pause(SETTLED_MS);
  await expectNextTurn(harness(), caller, FRONT.question, FRONT.cloud);
  camera.mute(true);
  await caller.pause(500);
  const asked = harness().cloud.asked().length + harness().local.asked().length;
  await expectNextTurn(harness(), caller, FRONT.question, CAMERA_OFF);
  expect(harness().cloud.asked().length + harness().local.asked().length).toBe(asked);
  camera.mute(false);
  await caller.pause(SETTLED_MS);
  await expectNextTurn(harness(), caller, FRONT.question, FRONT.cloud);
}, 60_000);

test("a camera that is unpublished leaves no picture behind; another one is seen", async () => {
  const caller = await harness().call();
  const camera = await caller.show(await emptyView());
  await caller.pause(SETTLED_MS);
  await camera.unpublish();
  await caller.pause(500);
  await expectNextTurn(harness(), caller, FRONT.question, CAMERA_OFF);
  const cloudBefore = harness().cloud.asked().length;
  await caller.show(await personView());
  await caller.pause(1500);
  const answer = await ask(harness(), caller, FRONT.question);
  expectSaid(caller, answer, FRONT.local);
  expect(answer.turn).toMatchObject({ engine: "local", reason: "person-in-frame" });
  expect(harness().cloud.asked().length).toBe(cloudBefore);
}, 60_000);

test("a picture that is sent on its side is seen upright", async () => {
  const caller = await harness().call();
  await caller.show({ ...(await personView()), rotation: 90 });
  await caller.pause(1500);
  await expectNextTurn(harness(), caller, FRONT.question, FRONT.local);
  const { width, height } = await sharp(lastPicture(harness().local)).metadata();
  expect(height).toBeGreaterThan(width);
}, 60_000);

test("a dark picture is coached about, and never goes to the cloud", async () => {
  const caller = await harness().call();
  const background = "#050505";
  const dark = await sharp({ create: { width: 640, height: 480, channels: 3, background } })
    .png()
    .toBuffer();
  const camera = await caller.show({ picture: dark });
  await caller.until("a hint", () => eventsOf(caller, "hint").length > 0);
  expect(["too-dark", "covered"]).toContain(eventsOf(caller, "hint")[0]?.hint);
  const asked = harness().cloud.asked().length;
  const { turn } = await ask(harness(), caller, FRONT.question);
  expect(turn.engine).not.toBe("cloud");
  expect(harness().cloud.asked().length).toBe(asked);
  await camera.look(await emptyView());
  await caller.until("all is well again", () => eventsOf(caller, "hint").at(-1)?.hint === null);
  await caller.pause(SETTLED_MS);
  await expectNextTurn(harness(), caller, FRONT.question, FRONT.cloud);
}, 60_000);

test("a shared screen is read by the local engine alone", async () => {
  const caller = await harness().call();
  await caller.show(await emptyView(), { source: "screen" });
  const isConfirmed = (): boolean =>
    eventsOf(caller, "answer-end").some(({ text }) => text === callNoticesIn("en")["screen-shared"]);
  await caller.until("the screen is confirmed by voice", isConfirmed);
  await caller.pause(SETTLED_MS);
  const asked = harness().cloud.asked().length;
  const answer = await ask(harness(), caller, SCREEN.question);
  expectSaid(caller, answer, SCREEN.local);
  expect(answer.turn).toMatchObject({ engine: "local", reason: "screen-local" });
  expect(harness().cloud.asked().length).toBe(asked);
}, 60_000);
