import { parseArgs } from "node:util";
import { UsageError } from "../errors.ts";
import { PROJECT_DIR } from "../project.ts";
import { startGate, type GateOptions } from "../../inference/gate/start.ts";
import { aborted } from "./aborted.ts";
import { EXIT } from "./exit.ts";
import { writeLine, type Command } from "./io.ts";
import { listening, toPort } from "./port.ts";

const HELP = `usage: sightline gate [--host HOST] [--port PORT] [--model FILE --sha256 HEX] [--threads N]

Runs the person gate as a service: POST /v1/judge (a JPEG), GET /health, GET /metrics.
Prints {"listening": URL} once it answers. Default 127.0.0.1:8010.

  --child             end when the standard input ends; Ctrl-C is left to the parent
  --model, --sha256   another YOLOX file than the lock file's
  --threads           of one inference; default GATE_THREADS`;

const DEFAULT_PORT = 8010;

export const gate: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string" },
      model: { type: "string" },
      sha256: { type: "string" },
      threads: { type: "string" },
      child: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const starting = startGate({
    host: values.host,
    port: toPort(values.port, DEFAULT_PORT),
    ...(await toDetector(values)),
  });
  const running = await listening(starting);
  writeLine(io.stdout, JSON.stringify({ listening: running.url }));
  await (values.child ? inputEnds(io.stdin) : aborted(io.signal));
  await running.close();
  return EXIT.done;
};

interface DetectorFlags {
  readonly model?: string | undefined;
  readonly sha256?: string | undefined;
  readonly threads?: string | undefined;
}

/** With every flag given nothing else is read or loaded: that is how a parent starts its gate. */
async function toDetector(
  flags: DetectorFlags,
): Promise<Required<Pick<GateOptions, "modelFile" | "sha256" | "threads">>> {
  const { model, sha256 } = flags;
  const threads = flags.threads === undefined ? undefined : toThreads(flags.threads);
  if ((model === undefined) !== (sha256 === undefined)) {
    throw new UsageError("--model and --sha256: got one of them; expected both or neither");
  }
  if (model !== undefined && sha256 !== undefined && threads !== undefined) {
    return { modelFile: model, sha256, threads };
  }
  const { readConfig } = await import("../config/read-config.ts");
  const { detectorWeights } = await import("../assets/detector.ts");
  const config = readConfig(PROJECT_DIR);
  const weights = await detectorWeights(PROJECT_DIR, config.modelsDir);
  return {
    modelFile: model ?? weights.file,
    sha256: sha256 ?? weights.sha256,
    threads: threads ?? config.gateThreads,
  };
}

function toThreads(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new UsageError(`--threads: got ${JSON.stringify(text)}; expected 1 to 99`);
}

function inputEnds(stdin: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve) => {
    stdin
      .once("end", resolve)
      .once("close", resolve)
      .once("error", () => resolve());
    stdin.resume();
  });
}
