import { initializeAgents } from "./agent-session.ts";
import type { CallDeps } from "./call-deps.ts";
import type { Call, CallOptions } from "./call.ts";
import { startCall } from "./start-call.ts";
import { warmUp } from "./warm-up.ts";

/** Calls of one process. */
export interface Calls {
  readonly start: (options: CallOptions) => Promise<Call>;
  /** Loads and compiles what the first call would wait for. */
  warm(): Promise<void>;
}

/** Creates calls that share engines, ears and voices, and nothing else. */
export function createCalls(deps: CallDeps): Calls {
  initializeAgents();
  return {
    start: (options) => startCall(deps, options),
    async warm() {
      deps.voice?.warm();
      await warmUp(deps, startCall);
    },
  };
}
