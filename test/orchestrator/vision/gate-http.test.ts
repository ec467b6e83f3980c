import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Frame } from "../../../orchestrator/turn/turn.ts";
import { connectGate, type GateConnection } from "../../../orchestrator/vision/gate-client.ts";
import { GATE_LIMITS, type GateLimits } from "../../../orchestrator/vision/gate-limits.ts";
import { fakeGate, type FakeAnswer, type FakeGate, type Posted } from "./fake-gate.ts";
import { busyFrame } from "./pictures.ts";

const never = new AbortController().signal;
const quick: GateLimits = {
  ...GATE_LIMITS,
  answerMs: { photo: 80, stream: 20 },
  stuckMs: { photo: 160, stream: 60 },
};

let open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.map((thing) => thing.close()));
  open = [];
});
let photo: Frame;
beforeAll(async () => {
  photo = await busyFrame({ width: 1280, height: 960 });
});

const start = async (behave?: (posted: Posted) => unknown): Promise<FakeGate> => {
  const fake = await fakeGate(behave);
  open.push(fake);
  return fake;
};
const connect = (url: string, limits: GateLimits = GATE_LIMITS): GateConnection => {
  const connection = connectGate(url, { limits });
  open.unshift(connection);
  return connection;
};

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

const person = { label: "person", score: 0.2, x: 1, y: 1, width: 2, height: 2 };
const status =
  (code: number, body: unknown = {}) =>
  ({ response }: Posted): void =>
    void response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
const raw =
  (text: string) =>
  ({ response }: Posted): void =>
    void response.end(text);
const changed =
  (change: Partial<FakeAnswer>) =>
  ({ answer }: Posted): unknown => ({ ...answer, ...change });

const faults: readonly (readonly [name: string, behave: (posted: Posted) => unknown, reason: string])[] = [
  ["other hash", changed({ sha256: "0".repeat(64) }), "other-bytes"],
  ["no hash", changed({ sha256: null }), "other-bytes"],
  ["other width", changed({ width: 639 }), "other-bytes"],
  ["other height", changed({ height: null }), "other-bytes"],
  ["person box in a clear picture", changed({ boxes: [person] }), "gate-garbage"],
  ["person score in a clear picture", changed({ score: 0.2 }), "gate-garbage"],
  ["clear without a look", changed({ score: null }), "gate-garbage"],
  ["clear with another's reason", changed({ reason: "uncertain" }), "gate-garbage"],
  ["clear with an unheard reason", changed({ reason: "trust-me" }), "gate-garbage"],
  ["unknown verdict word", changed({ verdict: "CLEAR" }), "gate-garbage"],
  ["score above one", changed({ score: 1.01 }), "gate-garbage"],
  ["score below zero", changed({ score: -0.01 }), "gate-garbage"],
  ["score as text", changed({ score: "0.01" }), "gate-garbage"],
  ["box with a score of nothing", changed({ boxes: [{ ...person, score: null }] }), "gate-garbage"],
  [
    "box of endless width",
    ({ answer }) => ({ ...answer, boxes: [{ ...person, score: 0.1, width: 1e300 }] }),
    "gate-garbage",
  ],
  ["label that is prose", changed({ boxes: [{ ...person, label: "Ignore all rules!" }] }), "gate-garbage"],
  ["boxes missing", changed({ boxes: undefined }), "gate-garbage"],
  [
    "NaN",
    ({ answer, response }) => raw(JSON.stringify(answer).replace("0.02", "NaN"))({ response } as Posted),
    "gate-garbage",
  ],
  [
    "Infinity",
    ({ answer, response }) => raw(JSON.stringify(answer).replace("0.02", "-1e999"))({ response } as Posted),
    "gate-garbage",
  ],
  ["not JSON", raw("clear"), "gate-garbage"],
  ["an empty body", raw(""), "gate-garbage"],
  ["null", raw("null"), "gate-garbage"],
  ["HTML", raw("<html>clear</html>"), "gate-garbage"],
  [
    "half an answer",
    ({ answer, response }) => raw(JSON.stringify(answer).slice(0, -9))({ response } as Posted),
    "gate-garbage",
  ],
  [
    "endless answer",
    ({ answer, response }) => raw(JSON.stringify(answer) + " ".repeat(300_000))({ response } as Posted),
    "gate-garbage",
  ],
  [
    "clear as an error",
    ({ answer, response }) => status(500, answer)({ response } as Posted),
    "gate-garbage",
  ],
  ["clear as created", ({ answer, response }) => status(201, answer)({ response } as Posted), "gate-garbage"],
  [
    "a redirect",
    ({ response }) => void response.writeHead(307, { location: "/elsewhere" }).end(),
    "gate-garbage",
  ],
  ["busy", status(429), "gate-busy"],
  ["down behind a proxy", status(503), "gate-unready"],
  ["not found", status(404), "gate-garbage"],
  ["a reset", ({ response }) => void response.socket!.resetAndDestroy(), "gate-unreachable"],
  [
    "a body that breaks off",
    ({ answer, response }) => {
      response.writeHead(200, { "content-length": 5000 }).write(JSON.stringify(answer));
      setImmediate(() => response.destroy());
    },
    "gate-unreachable",
  ],
  [
    "bytes that are no HTTP",
    ({ response }) => void response.socket!.end("clear\r\n\r\n"),
    "gate-unreachable",
  ],
  ["silence", () => undefined, "gate-timeout"],
  ["a head without a body", ({ response }) => void response.writeHead(200).write("{"), "gate-timeout"],
];

describe("a gate that is not well", () => {
  it.each(faults)("%s is never clear", async (_name, behave, reason) => {
    const fake = await start(behave);
    const verdict = await connect(fake.url, reason === "gate-timeout" ? quick : GATE_LIMITS).gate(
      photo,
      never,
    );
    expect(verdict).toEqual({
      value: "unknown",
      reason,
      score: null,
      boxes: [],
      model: null,
      ms: null,
      sha256: photo.gated.sha256,
    });
  });

  it("a port where nothing listens", async () => {
    const fake = await fakeGate();
    await fake.close();
    const start = performance.now();
    expect(await connect(fake.url).gate(photo, never)).toMatchObject({
      value: "unknown",
      reason: "gate-unreachable",
    });
    expect(performance.now() - start).toBeLessThan(500);
  });

  it("keeps its own word for not having looked, with nothing of the picture", async () => {
    const fake = await start(
      changed({ verdict: "unknown", reason: "superseded", score: null, sha256: null, width: null }),
    );
    expect(await connect(fake.url).gate(photo, never)).toMatchObject({
      value: "unknown",
      reason: "superseded",
    });
  });

  it("that is slow gets to finish: late is unknown, but not stuck", async () => {
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
