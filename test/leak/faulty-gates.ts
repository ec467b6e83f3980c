import { readFileSync } from "node:fs";
import { startGate } from "../../inference/gate/start.ts";
import { GATE_LIMITS, type GateLimits } from "../../orchestrator/vision/gate-limits.ts";
import { fakeGate, type Posted } from "../orchestrator/vision/fake-gate.ts";
import { STUB, STUB_SHA256, testFolder } from "../standins/photo-files.ts";

/** A gate whose word must never let a picture out. */
export interface FaultyGate {
  readonly url: string;
  close(): Promise<void>;
}

/** Limits for a gate that is well, on a machine that is not ours alone. */
export const PATIENT: GateLimits = {
  ...GATE_LIMITS,
  answerMs: { photo: 10_000, stream: 10_000 },
  stuckMs: { photo: 20_000, stream: 20_000 },
};

/** Limits for the faults that wait. */
export const SHORT_LIMITS = {
  answerMs: { photo: 25, stream: 25 },
  stuckMs: { photo: 50, stream: 50 },
  readyMs: 50,
  personScore: 0.2,
};

/** Beyond any stall of this process, which would be forgiven. */
const SLOW_MS = 5000;
const personBox = { label: "person", score: 0.9, x: 10, y: 10, width: 20, height: 40 };
let earlier: Posted["answer"] | undefined;

/** Each would say `clear` to any picture if it were believed. */
const LIES: Readonly<Record<string, (posted: Posted) => unknown>> = {
  slow: ({ answer, response }) =>
    void setTimeout(() => response.end(JSON.stringify(answer)), SLOW_MS).unref(),
  hanging: () => undefined,
  crashed: ({ response }) => void response.destroy(),
  "crashed in mid-answer": ({ answer, response }) => {
    const text = JSON.stringify(answer);
    response.writeHead(200, { "content-length": text.length + 20 }).write(text);
    setTimeout(() => response.destroy(), 1);
  },
  "no JSON": ({ response }) => void response.end("verdict: clear"),
  "only a verdict": () => ({ verdict: "clear" }),
  "an endless answer": ({ answer }) => ({ ...answer, model: "x".repeat(300_000) }),
  "the wrong sha": ({ answer }) => ({ ...answer, sha256: "ab".repeat(32) }),
  "no sha": ({ answer }) => ({ ...answer, sha256: null }),
  "another picture's word": ({ answer }) => {
    const said = earlier?.sha256 === answer.sha256 ? undefined : earlier;
    earlier = answer;
    return said ?? { ...answer, sha256: "0".repeat(64) };
  },
  "another size": ({ answer }) => ({ ...answer, width: Number(answer.width) + 1 }),
  "clear with person boxes": ({ answer }) => ({ ...answer, boxes: [personBox] }),
  "clear with a high score": ({ answer }) => ({ ...answer, score: 0.5 }),
  "clear without a score": ({ answer }) => ({ ...answer, score: null }),
  "clear with a score of no number": ({ answer }) => ({ ...answer, score: "0.01" }),
  "clear for another reason": ({ answer }) => ({ ...answer, reason: "person-detected" }),
  "a word of its own": ({ answer }) => ({ ...answer, verdict: "CLEAR" }),
  "an error with a clear body": ({ answer, response }) =>
    void response.writeHead(500).end(JSON.stringify(answer)),
  busy: ({ answer, response }) => void response.writeHead(429).end(JSON.stringify(answer)),
  redirect: ({ response }) => void response.writeHead(307, { location: "/v1/judge" }).end(),
  unsure: ({ answer }) => ({ ...answer, verdict: "unknown", reason: "uncertain", score: 0.15 }),
};

export const FAULTY_GATES: Readonly<Record<string, () => Promise<FaultyGate>>> = {
  ...Object.fromEntries(Object.entries(LIES).map(([name, lie]) => [name, () => fakeGate(lie)])),
  "weights missing": () => withWeights(undefined),
  "weights altered": () => {
    const bytes = readFileSync(STUB);
    bytes[bytes.length >> 1]! ^= 1;
    return withWeights(bytes);
  },
  none: () => Promise.resolve({ url: "http://127.0.0.1:1", close: () => Promise.resolve() }),
};

async function withWeights(bytes: Uint8Array | undefined): Promise<FaultyGate> {
  const folder = testFolder();
  const modelFile = bytes ? folder.put("altered.onnx", bytes) : `${folder.path}/missing.onnx`;
  const gate = await startGate({ modelFile, sha256: STUB_SHA256 });
  await gate.settled;
  return {
    url: gate.url,
    async close() {
      await gate.close();
      folder.remove();
    },
  };
}
