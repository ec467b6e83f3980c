import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { captions } from "../../../../orchestrator/session/answering/captions.ts";
import { collect } from "../../../standins/turn.ts";
import { liveOf } from "./live.ts";

test("text is told as it is written, and waits while the caller speaks", async () => {
  const { live, text } = liveOf();
  let speaking = true;
  const told: string[] = [];
  const all = (async () => {
    for await (const piece of captions(live, () => speaking)) told.push(piece);
  })();
  text.push("A ");
  await delay(60);
  expect(told).toEqual([]);
  speaking = false;
  text.push("cup.");
  text.end();
  await all;
  expect(told).toEqual(["A ", "cup."]);
});

test("nothing is told of an answer that is over", async () => {
  const { live, text } = liveOf({ over: true });
  text.push("A cup.");
  text.end();
  expect(await collect(captions(live, () => true))).toEqual([]);
});
