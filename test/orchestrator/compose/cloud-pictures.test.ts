import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createCloudPictures } from "../../../orchestrator/compose/cloud-pictures.ts";
import { createCloudEngine } from "../../../orchestrator/engines/cloud-engine.ts";
import { createLog } from "../../../orchestrator/log.ts";
import { createMetrics } from "../../../orchestrator/metrics/metrics.ts";
import { ClearPicture } from "../../../orchestrator/turn/clear-picture.ts";
import type { Frame } from "../../../orchestrator/turn/turn.ts";
import { type OpenaiServer, startOpenaiServer } from "../../standins/openai-server.ts";
import { frameOf, verdictOf } from "../../standins/turn.ts";
import { ask, configOf, promptOf, shows, text } from "../engines/engine-fixture.ts";

let server: OpenaiServer;
let metrics: ReturnType<typeof createMetrics>;
let pictures: ReturnType<typeof createCloudPictures>;
let cloud: ReturnType<typeof createCloudEngine>;

beforeEach(async () => {
  server = await startOpenaiServer();
  metrics = createMetrics();
  pictures = createCloudPictures(metrics, createLog("silent"));
  const { onPictureSent } = pictures;
  cloud = createCloudEngine({ config: configOf(server.url), secretKey: undefined, onPictureSent });
});
afterEach(async () => {
  await cloud.close();
  await server.close();
});

/** The picture of a frame by way of the guard, whatever the gate may have said of it. */
function passed(frame: Frame): ClearPicture {
  const picture = ClearPicture.of(frame, verdictOf(frame), frame.capturedAtMs);
  if (!picture) throw new Error("the guard was given a clear verdict");
  return picture;
}

/** The gate's word on a frame, written down as in a running program. */
const judge = (frame: Frame, value: "clear" | "person" | "unknown") =>
  pictures.watch(() => Promise.resolve(verdictOf(frame, { value })))(frame, new AbortController().signal);

const counted = async (judged: string): Promise<number> =>
  Number(
    new RegExp(`^sightline_cloud_pictures_total\\{judged="${judged}"\\} (\\d+)$`, "m").exec(
      await metrics.exposition(),
    )?.[1],
  );

function arrived(frame: Frame): boolean {
  const urls = JSON.stringify(server.chats.map(({ body }) => body)).matchAll(/base64,([^"]*)/gu);
  return Array.from(urls, ([, payload = ""]) =>
    createHash("sha256").update(Buffer.from(payload, "base64")).digest("hex"),
  ).includes(frame.gated.sha256);
}

test("a picture that the gate judged clear counts as such, with each request that carries it", async () => {
  const frame = frameOf({ id: "empty room" });
  await judge(frame, "clear");
  const prompt = promptOf<ClearPicture>([[shows(passed(frame)), text("What is it?")], [text("And now?")]]);
  await ask(cloud, prompt);
  await ask(cloud, prompt);
  expect(await counted("clear")).toBe(2);
  expect(await counted("not-clear")).toBe(0);
});

test.each(["person", "unknown"] as const)(
  "with the guard bypassed, a picture judged %s is counted as it leaves",
  async (value) => {
    const frame = frameOf({ id: "somebody" });
    await judge(frame, value);
    await ask(cloud, promptOf<ClearPicture>([[shows(passed(frame)), text("Who is it?")]]));
    expect(arrived(frame)).toBe(true);
    expect(await counted("not-clear")).toBe(1);
    expect(await counted("clear")).toBe(0);
  },
);

test("a picture that the gate never saw is counted, though another one was clear", async () => {
  await judge(frameOf({ id: "empty room" }), "clear");
  const other = frameOf({ id: "other bytes" });
  await ask(cloud, promptOf<ClearPicture>([[shows(passed(other)), text("What is it?")]]));
  expect(await counted("not-clear")).toBe(1);
});

test("words alone count as no picture", async () => {
  await ask(cloud, promptOf<ClearPicture>([[text("word ".repeat(2000))]]));
  expect((await counted("clear")) + (await counted("not-clear"))).toBe(0);
});
