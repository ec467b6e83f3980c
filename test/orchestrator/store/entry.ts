import type { StoredCall } from "../../../orchestrator/store/calls.ts";
import type { LedgerEntry } from "../../../orchestrator/store/ledger.ts";

/** A ledger entry with everything in it. */
export function entry(turn: string, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    turn,
    call: "call-1",
    caller: "ada",
    atMs: 1_790_000_000_000,
    frame: {
      sha256: "ab".repeat(32),
      source: "camera",
      capturedAtMs: 1_789_999_999_800,
      verdict: "person",
      persons: 2,
    },
    engine: { name: "local", model: "qwen2-vl", host: "this machine" },
    reason: "person-in-frame",
    ear: { name: "deepgram", model: "nova-3", host: "api.deepgram.com" },
    voice: { name: "espeak", model: null, host: "this machine" },
    ...changes,
  };
}

/** A running call that has heard one question. */
export function storedCall(id: string, changes: Partial<StoredCall> = {}): StoredCall {
  return {
    id,
    room: `room-${id}`,
    caller: "ada",
    agent: "agent-1",
    process: "process-1",
    history: [
      { question: "what is this", answer: "A mug.", engine: "local", jpeg: null, clear: null, facts: "mug" },
    ],
    ...changes,
  };
}
