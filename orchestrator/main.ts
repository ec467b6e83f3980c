import { isatty } from "node:tty";
import { reportFault, EXIT } from "./commands/exit.ts";
import { INTERRUPT, writeLine, type Command, type Io } from "./commands/io.ts";

interface Entry {
  readonly does: string;
  readonly load: () => Promise<Command>;
}

/** The composition root: every command, loaded when it is called. */
const commands: Readonly<Record<string, Entry>> = {
  ask: {
    does: "one question about a picture file",
    load: async () => (await import("./commands/ask.ts")).ask,
  },
  chat: {
    does: "a conversation; /photo PATH sets what the camera sees",
    load: async () => (await import("./commands/chat.ts")).chat,
  },
  demo: {
    does: "a LiveKit server, the agent and the page on this machine",
    load: async () => (await import("./commands/demo.ts")).demo,
  },
  up: {
    does: "the whole stack on this machine, in the background",
    load: async () => (await import("./commands/up.ts")).up,
  },
  down: { does: "ends what up started", load: async () => (await import("./commands/down.ts")).down },
  status: { does: "how it is", load: async () => (await import("./commands/status.ts")).status },
  logs: { does: "what its parts have logged", load: async () => (await import("./commands/logs.ts")).logs },
  upgrade: {
    does: "brings it to the state of this checkout",
    load: async () => (await import("./commands/upgrade.ts")).upgrade,
  },
  agent: {
    does: "the LiveKit agent: takes calls",
    load: async () =>
      (await import("./commands/agent.ts")).createAgentCommand({
        supervisor: async () => (await import("./compose/agent.ts")).supervisorParts(),
        agent: async () => (await import("./compose/agent.ts")).agentParts(),
      }),
  },
  gateway: {
    does: "the page and its API",
    load: async () => (await import("./commands/gateway.ts")).gateway,
  },
  judge: {
    does: "the person gate's view of pictures",
    load: async () => (await import("./commands/judge.ts")).judge,
  },
  "needs-frame": {
    does: "which questions need the camera",
    load: async () => (await import("./commands/needs-frame.ts")).needsFrameCommand,
  },
  gate: { does: "the person gate as a service", load: async () => (await import("./commands/gate.ts")).gate },
  simulator: {
    does: "a stand-in for vLLM without a GPU",
    load: async () => (await import("./commands/simulator.ts")).simulator,
  },
  healthy: {
    does: "whether a program of this machine is well, for health checks",
    load: async () => (await import("./commands/healthy.ts")).healthy,
  },
  fetch: {
    does: "weights and sample photos by lock file",
    load: async () => (await import("./commands/fetch.ts")).fetchCommand,
  },
  timeline: {
    does: "where the time of a finished call went, as a picture",
    load: async () => (await import("./commands/timeline.ts")).timeline,
  },
  doctor: {
    does: "what is configured, reachable, missing",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
};

const HELP = `Sightline answers questions about what the camera sees.

usage: sightline COMMAND [arguments]

${Object.entries(commands)
  .map(([name, { does }]) => `  ${name.padEnd(12)} ${does}`)
  .join("\n")}

Every command has --help. Configuration comes from the environment; see .env.example.`;

async function main(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    writeLine(name === undefined ? io.stderr : io.stdout, HELP);
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!entry) {
    writeLine(
      io.stderr,
      `sightline: no command ${JSON.stringify(name)}; expected one of ${Object.keys(commands).join(", ")}`,
    );
    return EXIT.usage;
  }
  try {
    const command = await entry.load();
    return await command(rest, io);
  } catch (error) {
    return reportFault(error, io.stderr);
  }
}

const stopping = new AbortController();
let endFirst: (() => Promise<void>) | undefined;
const stop = (name: NodeJS.Signals): void => {
  if (stopping.signal.aborted) {
    if (!endFirst) process.exit(EXIT.interrupted);
    void endFirst().finally(() => process.exit(EXIT.interrupted));
    return;
  }
  stopping.abort(new DOMException(name === "SIGINT" ? INTERRUPT : "shutdown", "AbortError"));
};
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.done);
  throw error;
});

const isTty = isatty(1);
process.exitCode = await main(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  isTty,
  colours: isTty && process.stdout.hasColors(),
  signal: stopping.signal,
  onForced(end) {
    endFirst = end;
  },
});
