import { z } from "zod";
import type { StoredCall } from "../../store/calls.ts";
import type { AgentNumbers } from "./agent.ts";

/** What a supervisor tells an agent process. */
export type SupervisorWord =
  /** Take no more calls, end when the last one has ended: another process has taken your place. */
  | { readonly type: "retire" }
  /** The same, but the machine is needed: calls end within the drain limit. */
  | { readonly type: "drain" }
  /** End all calls now. */
  | { readonly type: "end" }
  | { readonly type: "take-up"; readonly call: StoredCall };

/** What an agent process tells its supervisor. */
export type AgentWord =
  /** Registered with the server. */
  | { readonly type: "ready" }
  | { readonly type: "taken-up"; readonly call: string; readonly done: boolean }
  /** Another process is to take its place; then it is told to retire. */
  | { readonly type: "retiring" }
  | { readonly type: "numbers"; readonly numbers: AgentNumbers; readonly metrics?: unknown };

const stored = z.object({
  id: z.string(),
  room: z.string(),
  caller: z.string(),
  agent: z.string(),
  process: z.string(),
  history: z.array(
    z.custom<StoredCall["history"][number]>((turn) => typeof turn === "object" && turn !== null),
  ),
});

const supervisorWord = z.discriminatedUnion("type", [
  z.object({ type: z.literal("retire") }),
  z.object({ type: z.literal("drain") }),
  z.object({ type: z.literal("end") }),
  z.object({ type: z.literal("take-up"), call: stored }),
]);

const agentWord = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("taken-up"), call: z.string(), done: z.boolean() }),
  z.object({ type: z.literal("retiring") }),
  z.object({
    type: z.literal("numbers"),
    numbers: z.custom<AgentNumbers>((numbers) => typeof numbers === "object" && numbers !== null),
    metrics: z.unknown().optional(),
  }),
]);

/** A word of the supervisor; undefined when it is none of ours. */
export function parseSupervisorWord(message: unknown): SupervisorWord | undefined {
  return supervisorWord.safeParse(message).data;
}

/** A word of an agent process; undefined when it is none of ours. */
export function parseAgentWord(message: unknown): AgentWord | undefined {
  return agentWord.safeParse(message).data;
}
