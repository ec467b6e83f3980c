import type { CallStore, StoredCall } from "../../../orchestrator/store/calls.ts";

/** The running calls, in memory. */
export function createMemoryStore(): CallStore & { readonly calls: Map<string, StoredCall> } {
  const calls = new Map<string, StoredCall>();
  return {
    calls,
    save(call, takenFrom) {
      const process = calls.get(call.id)?.process ?? call.process;
      if (process === call.process || process === takenFrom) calls.set(call.id, call);
    },
    remove(id, process) {
      if (calls.get(id)?.process === process) calls.delete(id);
    },
    ofRoom: (room) => Promise.resolve([...calls.values()].find((call) => call.room === room)),
    ofProcess: (process) => Promise.resolve([...calls.values()].filter((call) => call.process === process)),
  };
}
