import { parseArgs } from "node:util";
import { UsageError } from "../errors.ts";
import { PROJECT_DIR } from "../project.ts";
import type { Provider } from "../../inference/gate/detector.ts";
import { startGate, type GateOptions, type RunningGate } from "../../inference/gate/start.ts";
import { aborted } from "./aborted.ts";
import { EXIT } from "./exit.ts";
import { writeLine, type Command } from "./io.ts";
import { listening, toPort } from "./port.ts";

const HELP = `usage: sightline gate [--host HOST] [--port PORT] [--model FILE --sha256 HEX] [--threads N]
                      [--provider cpu|cuda]

Runs the person gate as a service: POST /v1/judge (a JPEG), GET /health, GET /metrics.
Prints {"listening": URL} once it answers. Default 127.0.0.1:8010.

  --child             end when the standard input ends; Ctrl-C is left to the parent
  --model, --sha256   another YOLOX file than the lock file's
  --threads           of one inference; default GATE_THREADS
  --provider          where the detector runs; default GATE_PROVIDER. With cuda, a gate that does not
                      become ready ends with code 1 and says why: it never turns to the CPU by itself`;

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
      provider: { type: "string" },
      child: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const detector = await toDetector(values);
  // A parent that goes on without its gate says so itself.
  const isSilent = values.child === true && detector.provider === "cpu";
  const starting = startGate({
    host: values.host,
    port: toPort(values.port, DEFAULT_PORT),
    ...detector,
    onUnready(reason) {
      if (!isSilent) writeLine(io.stderr, `sightline: gate: ${reason}`);
    },
  });
  const running = await listening(starting);
  writeLine(io.stdout, JSON.stringify({ listening: running.url }));
  const ended = values.child ? inputEnds(io.stdin) : aborted(io.signal);
  const cannotStay = await Promise.race([
    ended,
    ...(detector.provider === "cpu" ? [] : [unreadiness(running.settled)]),
  ]);
  await running.close();
  return cannotStay === true ? EXIT.failed : EXIT.done;
};

/** Once the gate did not become ready; never resolves when it did. */
async function unreadiness(settled: RunningGate["settled"]): Promise<true> {
  const { state } = await settled;
  return state === "unready" ? true : new Promise(() => {});
}

interface DetectorFlags {
  readonly model?: string | undefined;
  readonly sha256?: string | undefined;
  readonly threads?: string | undefined;
  readonly provider?: string | undefined;
}

type DetectorChoice = Required<Pick<GateOptions, "modelFile" | "sha256" | "threads" | "provider">>;

/** With every flag given nothing else is read or loaded: that is how a parent starts its gate. */
async function toDetector(flags: DetectorFlags): Promise<DetectorChoice> {
  const { model, sha256 } = flags;
  const threads = flags.threads === undefined ? undefined : toThreads(flags.threads);
  const provider = flags.provider === undefined ? undefined : toProvider(flags.provider);
  if ((model === undefined) !== (sha256 === undefined)) {
    throw new UsageError("--model and --sha256: got one of them; expected both or neither");
  }
  if (model !== undefined && sha256 !== undefined && threads !== undefined && provider !== undefined) {
    return { modelFile: model, sha256, threads, provider };
  }
  const { readConfig } = await import("../config/read-config.ts");
  const { detectorWeights } = await import("../assets/detector.ts");
  const config = readConfig(PROJECT_DIR);
  const weights = await detectorWeights(PROJECT_DIR, config.modelsDir);
  return {
    modelFile: model ?? weights.file,
    sha256: sha256 ?? weights.sha256,
    threads: threads ?? config.gateThreads,
    provider: provider ?? config.gateProvider,
  };
}

function toProvider(text: string): Provider {
  if (text === "cpu" || text === "cuda") return text;
  throw new UsageError(`--provider: got ${JSON.stringify(text)}; expected cpu or cuda`);
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
