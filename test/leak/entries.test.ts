import { expect, it } from "vitest";
import { frameFromBytes } from "../../orchestrator/vision/photo.ts";
import { clearPicture, personPicture } from "../standins/photo-files.ts";
import { showsPerson } from "./entries.ts";

it("the pictures of these tests show what they are said to show", async () => {
  const shown = async (jpeg: Buffer) => showsPerson(Buffer.from((await frameFromBytes(jpeg)).gated.bytes));
  expect(await shown(await personPicture())).toBe(true);
  expect(await shown(await clearPicture())).toBe(false);
});
