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
                           [--start-delay-ms MS] [--shutdown-timeout SECONDS] [--fault WORDS]

Runs a stand-in for vLLM with Qwen2-VL on this machine's CPU: same API, stream, caches and metrics, no
model. For tests and benchmarks; its answers say so. Default 127.0.0.1:${DEFAULT_PORT}, profile zero.

  --profile            GPU whose times it takes: ${profileNames.join(", ")}
  --start-delay-ms     how long it loads at its start; until then it refuses connections, as vLLM does; default 0
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
      "start-delay-ms": { type: "string", default: "0" },
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
    startDelayMs: toNumber("start-delay-ms", values["start-delay-ms"], { most: 3_600_000, unit: "ms" }),
    shutdownTimeoutMs:
      toNumber("shutdown-timeout", values["shutdown-timeout"], { most: 3600, unit: "seconds" }) * 1000,
    ...(model === undefined ? {} : { model }),
    ...(values["api-key"] === undefined ? {} : { apiKey: values["api-key"] }),
    ...(fault === undefined ? {} : { fault }),
  });
  const running = await listening(starting);
  await Promise.race([running.ready, aborted(io.signal)]);
  if (io.signal.aborted) {
    await running.close();
    return EXIT.done;
  }
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

function toNumber(
  option: string,
  text: string,
  { most, unit }: { readonly most: number; readonly unit: string },
): number {
  const number = Number(text);
  if (text.trim() !== "" && number >= 0 && number <= most) return number;
  throw new UsageError(`--${option}: got ${JSON.stringify(text)}; expected 0 to ${most} ${unit}`);
}

function checkFaults(words: string | undefined): void {
  try {
    parseFaults(words);
  } catch (error) {
    throw new UsageError(`--fault: ${error instanceof Error ? error.message : "not understood"}`);
  }
}
