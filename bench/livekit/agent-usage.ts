import { childrenOf } from "../../test/e2e/programs.ts";
import { type ProcessUsage, usageOf } from "../process-usage.ts";

/** What the agent processes below a supervisor use together; processes come and go between two readings. */
export function readUsage(supervisor: number): ProcessUsage {
  const all = descendantsOf(supervisor).map(usageOf);
  return {
    cpuMs: all.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    residentMb: all.reduce((sum, { residentMb }) => sum + residentMb, 0),
  };
}

function descendantsOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}
