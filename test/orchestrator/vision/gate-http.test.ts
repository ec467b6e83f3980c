import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import type { Frame } from "../../../orchestrator/turn/turn.ts";
import { connect, never, photo, quick, start } from "./gate-connection.ts";
import { busyFrame } from "./pictures.ts";

describe("an answer", () => {
  it("gets exactly the gated bytes, and its boxes come back in source pixels", async () => {
    const fake = await start();
    const verdict = await connect(fake.url).gate(photo, never);
    expect(verdict).toEqual({
      value: "clear",
      reason: "no-person",
      score: 0.02,
      boxes: [{ label: "dog", score: 0.9, x: 20, y: 40, width: 60, height: 80 }],
      model: "fake",
      ms: 3,
      sha256: photo.gated.sha256,
    });
    const [posted] = fake.posts;
    expect(posted!.bytes.equals(photo.gated.bytes)).toBe(true);
    expect(posted!.headers).toMatchObject({ "content-type": "image/jpeg", "x-gate-mode": "photo" });
  });

  it("may live under a path", async () => {
    const fake = await start(({ answer, response }) => (response.req.url === "/gate/v1/judge" ? answer : {}));
    expect((await connect(`${fake.url}/gate/`).gate(photo, never)).value).toBe("clear");
  });
});

describe("what the frame itself says", () => {
  const dark = (frame: Frame): Frame => ({
    ...frame,
    quality: { sharpness: 0, mean: 1, deviation: 0, hint: "too-dark" },
  });

  it("a bad picture is unknown, even when the gate saw nobody", async () => {
    const fake = await start();
    expect(await connect(fake.url).gate(dark(photo), never)).toMatchObject({
      value: "unknown",
      reason: "bad-quality",
      score: 0.02,
      boxes: [{ label: "dog" }],
    });
  });

  it("a person is a person however bad the picture is", async () => {
    const fake = await start(({ answer }) => ({
      ...answer,
      verdict: "person",
      reason: "person-detected",
      score: 0.8,
    }));
    expect(await connect(fake.url).gate(dark(photo), never)).toMatchObject({
      value: "person",
      reason: "person-detected",
    });
  });

  it("the gate's own fault stays its fault", async () => {
    const fake = await start(({ answer }) => ({
      ...answer,
      verdict: "unknown",
      reason: "gate-unready",
      score: null,
    }));
    expect(await connect(fake.url).gate(dark(photo), never)).toMatchObject({
      value: "unknown",
      reason: "gate-unready",
    });
  });
});

describe("a gate that is slow", () => {
  it("gets to finish: late is unknown, but not stuck", async () => {
    let finished = false;
    const fake = await start(async ({ answer, response }) => {
      response.once("finish", () => (finished = true));
      await new Promise((resolve) => setTimeout(resolve, 35));
      return answer;
    });
    const frame = await busyFrame({ source: "camera" });
    expect(await connect(fake.url, quick).forStream()(frame, never)).toMatchObject({
      value: "unknown",
      reason: "gate-timeout",
    });
    expect(finished).toBe(false);
    await expect.poll(() => finished, { interval: 5, timeout: 8000 }).toBe(true);
  });

  it("and answers just before its limit is not watched any longer", async () => {
    const fake = await start(async ({ answer }) => {
      await new Promise((resolve) => setTimeout(resolve, 55));
      return answer;
    });
    const gate = connect(fake.url, { ...quick, answerMs: quick.stuckMs }).forStream();
    for (let look = 0; look < 5; look++) {
      await gate(await busyFrame({ source: "camera", seed: look }), never);
      const timers = vi.spyOn(globalThis, "setTimeout");
      await delay(quick.stuckMs.stream);
      const set = timers.mock.calls.filter(([, ms = 0]) => ms <= quick.stuckMs.stream);
      timers.mockRestore();
      expect(set).toEqual([]);
    }
  });
});
