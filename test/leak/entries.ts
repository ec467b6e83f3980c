import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished } from "vitest";
import type { RunningGate } from "../../inference/gate/start.ts";
import type { Gate } from "../../orchestrator/turn/ports.ts";
import { connectGate } from "../../orchestrator/vision/gate-client.ts";
import { startStubGate } from "../standins/photo-files.ts";
import { sha256Of } from "../standins/sha256.ts";
import { PATIENT } from "./faulty-gates.ts";
import { buildHouse, type House, picturesIn, wordsIn } from "./walls.ts";

/** Said inside the house alone. */
export const AT_HOME = "HomeAnswer.";
export const ASKED_AT_HOME = "What is in front of me? HomeQuestion.";

/** For the tests of a file: a gate that is well, and for each a house of its own. */
export function withHouse(): { readonly house: () => House; readonly gateUrl: () => string } {
  let service: RunningGate;
  let house: House;
  beforeAll(async () => {
    service = await startStubGate();
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    house = await buildHouse();
  });
  afterEach(() => house.close());
  return { house: () => house, gateUrl: () => service.url };
}

/** A connection to the gate, and the hashes of all that it judged clear. */
export function judged(url: string, limits = PATIENT) {
  const connection = connectGate(url, { limits });
  onTestFinished(() => connection.close());
  const clear = new Set<string>();
  const watch =
    (gate: Gate): Gate =>
    async (frame, signal) => {
      const verdict = await gate(frame, signal);
      if (verdict.value === "clear") clear.add(frame.gated.sha256);
      return verdict;
    };
  return { clear, photo: watch(connection.gate), stream: () => watch(connection.forStream()) };
}

/** Magenta, which is what a person looks like to the tiny detector, and is nowhere else. */
export async function showsPerson(jpeg: Buffer): Promise<boolean> {
  const { data, info } = await sharp(jpeg).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at += info.channels)
    if (data[at]! > 200 && data[at + 1]! < 60 && data[at + 2]! > 200) return true;
  return false;
}

/** Everything that came to the cloud: nobody in the pictures, each judged clear, no word of a private turn. */
export async function expectNobodyOut({ cloud }: House, clear: ReadonlySet<string>): Promise<void> {
  const pictures = picturesIn(cloud.chats);
  expect(pictures.map(sha256Of).filter((sha256) => !clear.has(sha256))).toEqual([]);
  expect((await Promise.all(pictures.map(showsPerson))).filter(Boolean)).toEqual([]);
  const words = wordsIn(cloud.requests);
  expect([AT_HOME, "HomeQuestion"].filter((secret) => words.includes(secret))).toEqual([]);
}
