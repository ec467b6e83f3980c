import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { ownCommand } from "../orchestrator/project.ts";

/** One of our own services in a process of its own, so that it does not share the benchmark's core. */
export interface ChildService {
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

/** Starts `sightline ARGS…` and waits for its `{"listening": URL}`. */
export async function startService(...args: readonly string[]): Promise<ChildService> {
  const [program, ...rest] = ownCommand(...args);
  const child = spawn(program, rest, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  for await (const line of createInterface({ input: child.stdout })) {
    const { listening } = JSON.parse(line) as { listening: string };
    child.stdout.resume();
    return {
      url: listening,
      pid: child.pid ?? 0,
      async close() {
        child.kill("SIGKILL");
        await ended;
      },
    };
  }
  throw new Error(`sightline ${args.join(" ")} ended before it listened`);
}
