import type { EngineRequest } from "./engine-request.ts";

/** What the scheduler reports to whoever counts. */
export interface SchedulerEvents {
  /** A request got its first slot. */
  started(request: EngineRequest): void;
  /** A step of so many tokens starts. */
  step(tokens: number): void;
  preempted(): void;
}
