import { describe, expect, it } from "vitest";
import { GATE_LIMITS } from "../../../orchestrator/vision/gate-limits.ts";
import { fakeGate, type FakeAnswer, type Posted } from "./fake-gate.ts";
import { connect, never, photo, quick, start } from "./gate-connection.ts";

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
});
