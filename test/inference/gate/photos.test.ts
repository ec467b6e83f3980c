import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningGate, startGate } from "../../../inference/gate/start.ts";

const assets =
  process.env["ASSETS_MIRROR"] || fileURLToPath(new URL("../../../../shared/assets", import.meta.url));
const dir = join(assets, "person-gate");
const present = existsSync(join(dir, "manifest.csv"));
if (!present) console.log(`photos absent (${dir}): the gate is not tested on real pictures`);

/** Empty photos take all looks; one in twelve keeps the suite short. `bench/gate-accuracy.ts` takes them all. */
const EVERY = 12;

describe.skipIf(!present)("the shipped detector", () => {
  let gate: RunningGate;
  beforeAll(async () => {
    gate = await startGate({
      modelFile: join(dir, "yolox_nano.onnx"),
      sha256: "695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14",
      threads: 2,
    });
  });
  afterAll(() => gate.close());

  it("passes its check at start", async () => {
    expect(await gate.settled).toMatchObject({ state: "ready", model: "yolox_nano" });
  });

  it("finds every person", async () => {
    const missed: string[] = [];
    for (const file of labelled("yes"))
      if ((await judge(photo(file))).verdict !== "person") missed.push(file);
    expect(missed).toEqual([]);
  });

  it("calls empty photos clear, and shows no person in them", async () => {
    const doubted: string[] = [];
    for (const file of labelled("no").filter((_, index) => index % EVERY === 0)) {
      const { verdict, boxes } = await judge(photo(file));
      if (verdict !== "clear" || boxes.some(({ label }) => label === "person")) doubted.push(file);
    }
    expect(doubted).toEqual([]);
  });

  it("finds a person on their side, and says where", async () => {
    const file = photo("007_data_person.jpg");
    const upright = (await judge(file)).boxes.find(({ label }) => label === "person");
    const { width } = await sharp(file).metadata();
    const turned = await judge(await sharp(file).rotate(270).jpeg({ quality: 95 }).toBuffer());
    expect(turned).toMatchObject({ verdict: "person", reason: "person-on-second-look" });
    const box = turned.boxes.find(({ label }) => label === "person");
    // Turned by 270°, the point (x, y) lies at (y, width − x).
    expect(box!.x).toBeCloseTo(upright!.y, -2);
    expect(box!.y).toBeCloseTo(width - upright!.x - upright!.width, -2);
  });

  it("names other things too", async () => {
    const labels = (await judge(photo("106_data_dog.jpg"))).boxes.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(["dog", "bicycle"]));
  });

  async function judge(bytes: Buffer): Promise<{
    readonly verdict: string;
    readonly boxes: readonly {
      readonly label: string;
      readonly x: number;
      readonly y: number;
      readonly width: number;
    }[];
  }> {
    const answer = await fetch(`${gate.url}/v1/judge`, {
      method: "POST",
      headers: { "content-type": "image/jpeg", "x-gate-mode": "photo" },
      body: Uint8Array.from(bytes),
    });
    return (await answer.json()) as Awaited<ReturnType<typeof judge>>;
  }
});

function labelled(label: string): readonly string[] {
  const [, ...lines] = readFileSync(join(dir, "manifest.csv"), "utf8").trim().split("\n");
  return lines.map((line) => line.split(",")).flatMap(([file, its]) => (file && its === label ? [file] : []));
}

function photo(file: string): Buffer {
  return readFileSync(join(dir, "images", file));
}
