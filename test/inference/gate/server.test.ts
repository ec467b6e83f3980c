import { connect } from "node:net";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningGate } from "../../../inference/gate/start.ts";
import { startStubGate } from "../../standins/photo-files.ts";
import { sha256Of } from "../../standins/sha256.ts";
import { get, judge, person, room } from "./gate-requests.ts";

const png = await sharp(person).png().toBuffer();
const large = await sharp(person).resize(2001, 2000, { fit: "fill" }).jpeg({ quality: 20 }).toBuffer();
let gate: RunningGate;
beforeAll(async () => {
  gate = await startStubGate();
});
afterAll(() => gate.close());

describe("a ready gate", () => {
  it("says so, with its model and provider", async () => {
    const { status, body } = await get(gate, "/health");
    expect([status, body]).toEqual([200, { state: "ready", model: "yolox-stub", provider: "cpu" }]);
  });

  it("finds the person, with boxes in the pixels of the picture", async () => {
    const { status, body } = await judge(gate, person);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      verdict: "person",
      reason: "person-detected",
      score: expect.closeTo(1, 2),
      model: "yolox-stub",
      provider: "cpu",
      ms: expect.any(Number),
      sha256: sha256Of(person),
      width: 640,
      height: 360,
    });
    const [box] = body["boxes"] as readonly Record<string, number>[];
    const centre = [box!["x"]! + box!["width"]! / 2, box!["y"]! + box!["height"]! / 2];
    expect(Math.abs(centre[0]! - 320)).toBeLessThan(60);
    expect(Math.abs(centre[1]! - 130)).toBeLessThan(60);
  });

  it.each(["stream", "photo"])("calls the empty room clear in %s mode", async (mode) => {
    const { body } = await judge(gate, room, { "x-gate-mode": mode });
    expect(body).toMatchObject({ verdict: "clear", reason: "no-person", boxes: [], sha256: sha256Of(room) });
    expect(body.score).toBeLessThan(0.2);
  });

  it.each([
    ["greyscale", () => sharp(person).greyscale().jpeg().toBuffer(), "clear"],
    ["CMYK", () => sharp(room).toColourspace("cmyk").jpeg().toBuffer(), "clear"],
    ["progressive", () => sharp(person).jpeg({ progressive: true }).toBuffer(), "person"],
    ["one pixel", () => sharp(person).resize(1, 1).jpeg().toBuffer(), "clear"],
    ["very long", () => sharp(room).resize(4000, 8, { fit: "fill" }).jpeg().toBuffer(), "clear"],
  ])("judges a JPEG that is %s", async (_name, make, verdict) => {
    expect((await judge(gate, await make())).body).toMatchObject({ verdict });
  });

  it("turns a picture upright by its EXIF before it looks", async () => {
    const lying = await sharp(person).rotate(270).toBuffer();
    const { body } = await judge(gate, await sharp(lying).withMetadata({ orientation: 6 }).jpeg().toBuffer());
    expect(body).toMatchObject({ verdict: "person", width: 640, height: 360 });
  });

  it("counts what it did, in the format of Prometheus, and names no picture", async () => {
    const text = await (await fetch(`${gate.url}/metrics`)).text();
    expect(text).toMatch(/^sightline_gate_ready 1$/m);
    expect(text).toMatch(/^sightline_gate_info\{model="yolox-stub",provider="cpu"\} 1$/m);
    expect(text).toMatch(/^sightline_gate_verdicts_total\{value="clear",reason="no-person"\} [1-9]/m);
    expect(text).toMatch(/^sightline_gate_judge_seconds_bucket\{le="0.035",value="person"\} \d/m);
    expect(text).not.toContain(sha256Of(person));
  });
});

describe("bad requests", () => {
  it.each<[string, Uint8Array | string, number, string]>([
    ["nothing", new Uint8Array(0), 400, "not-a-jpeg"],
    ["text", "hello", 400, "not-a-jpeg"],
    ["a PNG", png, 400, "not-a-jpeg"],
    ["half a JPEG", person.subarray(0, person.length / 2), 400, "broken-jpeg"],
    ["a JPEG's first bytes", person.subarray(0, 20), 400, "not-a-jpeg"],
    ["a damaged JPEG", damaged(person), 400, "broken-jpeg"],
    ["a header that promises 65,500 × 65,500 pixels", promising(person, 65_500, 65_500), 413, "too-large"],
    ["2001 × 2000 pixels", large, 413, "too-large"],
    ["more than a megabyte", Buffer.concat([person, Buffer.alloc(1024 * 1024)]), 413, "too-large"],
  ])("%s", async (_name, body, status, code) => {
    const answer = await judge(gate, body);
    expect([answer.status, answer.body["error"]]).toEqual([status, { code, message: expect.any(String) }]);
  });

  it.each([
    [{ "x-gate-mode": "video" }, "bad-header"],
    [{ "x-gate-client": "a\tb" }, "bad-header"],
    [{ "x-gate-client": "x".repeat(65) }, "bad-header"],
  ])("header %j", async (headers, code) => {
    expect((await judge(gate, room, headers)).body["error"]).toMatchObject({ code });
  });

  it("an unknown route", async () => {
    expect(await get(gate, "/v2")).toMatchObject({ status: 404, body: { error: { code: "not-found" } } });
  });

  it("and works on after them, also after a caller that hangs up in mid-body", async () => {
    const socket = connect(Number(new URL(gate.url).port), "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.write("POST /v1/judge HTTP/1.1\r\nhost: gate\r\ncontent-length: 1000\r\n\r\nabc");
    socket.destroy();
    expect((await judge(gate, person)).body).toMatchObject({ verdict: "person" });
  });
});

describe("the queue", () => {
  it("keeps only the latest frame of a client waiting", async () => {
    const headers = { "x-gate-client": "camera", "x-gate-mode": "photo" };
    const answers = await Promise.all(Array.from({ length: 6 }, () => judge(gate, room, headers)));
    const reasons = answers.map(({ body }) => body["reason"]);
    expect(reasons.filter((reason) => reason === "superseded").length).toBeGreaterThan(0);
    expect(reasons.filter((reason) => reason === "no-person").length).toBeGreaterThan(0);
    const superseded = answers.find(({ body }) => body["reason"] === "superseded");
    expect(superseded?.body).toMatchObject({
      verdict: "unknown",
      score: null,
      boxes: [],
      sha256: sha256Of(room),
    });
  });
});

/** The size in the frame header replaced. */
function promising(jpeg: Buffer, width: number, height: number): Buffer {
  const copy = Buffer.from(jpeg);
  const at = copy.indexOf(Buffer.from([0xff, 0xc0]));
  copy.writeUInt16BE(height, at + 5);
  copy.writeUInt16BE(width, at + 7);
  return copy;
}

/** Nonsense in the middle of the picture data. */
function damaged(jpeg: Buffer): Buffer {
  const copy = Buffer.from(jpeg);
  const middle = Math.floor(copy.length / 2);
  copy.fill(0xff, middle, middle + 200);
  return copy;
}
