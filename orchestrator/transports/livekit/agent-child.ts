import { spawn } from "node:child_process";
import { parseAgentWord, type AgentWord, type SupervisorWord } from "./agent-words.ts";

/** An agent process as its supervisor sees it. */
export interface AgentChild {
  send(word: SupervisorWord): void;
  /** Resolves when it has ended: `exit 0`, `SIGKILL`, `ENOENT` … */
  readonly ended: Promise<string>;
  kill(): void;
}

/** Starts an agent process. What it prints goes to our stderr; it has an IPC channel to us. */
export function startAgentChild(
  [program, ...args]: readonly [string, ...string[]],
  options: {
    readonly environment: Readonly<Record<string, string | undefined>>;
    onWord(word: AgentWord): void;
  },
): AgentChild {
  const child = spawn(program, args, {
    stdio: ["ignore", 2, 2, "ipc"],
    // A group of its own: Ctrl-C at the terminal is the supervisor's to answer.
    detached: true,
    // Of glibc's many heaps, each thread's keeps what it once needed: two are enough. rtc-node and Rust
    // print debug lines unless told otherwise.
    env: { MALLOC_ARENA_MAX: "2", ...options.environment, NODE_ENV: "production" },
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve("code" in error ? String(error.code) : error.name));
    // Not at its exit: what it said last comes first.
    child.once("close", (code, signal) => resolve(signal ?? `exit ${code}`));
  });
  child.on("message", (message) => {
    const word = parseAgentWord(message);
    if (word) options.onWord(word);
  });
  return {
    send(word) {
      if (child.connected) child.send(word, () => {});
    },
    ended,
    kill: () => void child.kill("SIGKILL"),
  };
}
