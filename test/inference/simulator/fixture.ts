import { readFileSync } from "node:fs";
import { parseWire, type WireAnswer } from "../../../scripts/contract-vllm-wire.ts";

const folder = new URL("../../fixtures/vllm-streams/", import.meta.url);

/** A recorded answer of a real vLLM. */
export function fixture(name: string): WireAnswer {
  return parseWire(readFileSync(new URL(`${name}.raw`, folder)));
}

/** The last two events of a recorded stream, of which a part in the middle was left out. */
export function recordedEnd(name: string): readonly string[] {
  const text = readFileSync(new URL(`${name}.raw`, folder), "utf8");
  return (text.match(/data: .*/g) ?? []).slice(-2);
}

/** The `/metrics` of a real vLLM after traffic. */
export function recordedMetrics(): string {
  return readFileSync(new URL("metrics.txt", folder), "utf8");
}
