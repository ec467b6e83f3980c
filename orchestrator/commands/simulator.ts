import { parseArgs } from "node:util";
import { UsageError } from "../errors.ts";
import { parseFaults } from "../../inference/simulator/faults.ts";
import { profileNames } from "../../inference/simulator/profiles.ts";
import { startSimulator } from "../../inference/simulator/start.ts";
import { aborted } from "./aborted.ts";
import { EXIT } from "./exit.ts";
import { INTERRUPT, writeLine, type Command } from "./io.ts";
import { listening, toPort } from "./port.ts";

const DEFAULT_PORT = 8000;

const HELP = `usage: sightline simulator [--profile NAME] [--host HOST] [--port PORT] [--model NAME] [--api-key KEY]
                           [--shutdown-timeout SECONDS] [--fault WORDS]

Runs a stand-in for vLLM with Qwen2-VL on this machine's CPU: same API, stream, caches and metrics, no
model. For tests and benchmarks; its answers say so. Default 127.0.0.1:${DEFAULT_PORT}, profile zero.

  --profile            GPU whose times it takes: ${profileNames.join(", ")}
  --shutdown-timeout   how long SIGTERM lets running answers finish, as vLLM's flag; default 0
  --fault              a fault of every request, in the words of the x-simulator-fault header`;

export const simulator: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      profile: { type: "string", default: "zero" },
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string" },
      model: { type: "string" },
      "api-key": { type: "string" },
      "shutdown-timeout": { type: "string", default: "0" },
      fault: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const { model, fault } = values;
  const profile = profileNames.find((name) => name === values.profile);
  if (!profile) {
    throw new UsageError(
      `--profile: got ${JSON.stringify(values.profile)}; expected ${profileNames.join(", ")}`,
    );
  }
  checkFaults(fault);
  const starting = startSimulator({
    profile,
    host: values.host,
    port: toPort(values.port, DEFAULT_PORT),
    shutdownTimeoutMs: toSeconds(values["shutdown-timeout"]) * 1000,
    ...(model === undefined ? {} : { model }),
    ...(values["api-key"] === undefined ? {} : { apiKey: values["api-key"] }),
    ...(fault === undefined ? {} : { fault }),
  });
  const running = await listening(starting);
  await running.ready;
  writeLine(io.stdout, JSON.stringify({ listening: running.url }));
  await aborted(io.signal);
  await (isInterrupt(io.signal) ? running.close() : running.drain());
  await running.closed;
  return EXIT.done;
};

/** Ctrl-C ends it at once; SIGTERM drains, as vLLM does. */
function isInterrupt(signal: AbortSignal): boolean {
  return signal.reason instanceof DOMException && signal.reason.message === INTERRUPT;
}

function toSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && seconds >= 0 && seconds <= 3600) return seconds;
  throw new UsageError(`--shutdown-timeout: got ${JSON.stringify(text)}; expected 0 to 3600 seconds`);
}

function checkFaults(words: string | undefined): void {
  try {
    parseFaults(words);
  } catch (error) {
    throw new UsageError(`--fault: ${error instanceof Error ? error.message : "not understood"}`);
  }
}
