import { onTestFinished } from "vitest";
import { connectGate, type GateConnection } from "../../../orchestrator/vision/gate-client.ts";
import { GATE_LIMITS, type GateLimits } from "../../../orchestrator/vision/gate-limits.ts";
import { fakeGate, type FakeGate, type Posted } from "./fake-gate.ts";
import { busyFrame } from "./pictures.ts";

/** For what nobody stops waiting for. */
export const never = new AbortController().signal;
export const photo = await busyFrame({ width: 1280, height: 960 });
/** Limits that a test can wait for. */
export const quick: GateLimits = {
  ...GATE_LIMITS,
  answerMs: { photo: 80, stream: 20 },
  stuckMs: { photo: 160, stream: 60 },
};

/** A fake gate, closed with its test. */
export async function start(behave?: (posted: Posted) => unknown): Promise<FakeGate> {
  const fake = await fakeGate(behave);
  onTestFinished(() => fake.close());
  return fake;
}

/** A connection to a gate, closed with its test. */
export function connect(url: string, limits: GateLimits = GATE_LIMITS): GateConnection {
  const connection = connectGate(url, { limits });
  onTestFinished(() => connection.close());
  return connection;
}
