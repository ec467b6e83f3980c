import { join } from "node:path";
import { parseArgs } from "node:util";
import { readLock } from "../assets/lock.ts";
import { readConfig } from "../config.ts";
import { PROJECT_DIR } from "../project.ts";
import { startGate } from "../../inference/gate/start.ts";
import { aborted } from "./aborted.ts";
import { EXIT } from "./exit.ts";
import { writeLine, type Command } from "./io.ts";
import { listening, toPort } from "./port.ts";

const HELP = `usage: sightline gate [--host HOST] [--port PORT] [--model FILE --sha256 HEX]

Runs the person gate as a service: POST /v1/judge (a JPEG), GET /health, GET /metrics.
Prints {"listening": URL} once it answers. Default 127.0.0.1:8010.

  --child             end when the standard input ends; Ctrl-C is left to the parent
  --model, --sha256   another YOLOX file than the lock file's`;

const DEFAULT_PORT = 8010;
const DETECTOR = "yolox_nano";

export const gate: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string" },
      model: { type: "string" },
      sha256: { type: "string" },
      child: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const config = readConfig(PROJECT_DIR);
  const weights = await detectorWeights(config.modelsDir);
  const starting = startGate({
    host: values.host,
    port: toPort(values.port, DEFAULT_PORT),
    modelFile: values.model ?? weights.file,
    sha256: values.sha256 ?? weights.sha256,
    threads: config.gateThreads,
  });
  const running = await listening(starting);
  writeLine(io.stdout, JSON.stringify({ listening: running.url }));
  await (values.child ? inputEnds(io.stdin) : aborted(io.signal));
  await running.close();
  return EXIT.done;
};

/** Where the locked detector lies, and what it must hash to. */
export async function detectorWeights(
  modelsDir: string,
): Promise<{ readonly file: string; readonly sha256: string }> {
  const lock = await readLock(join(PROJECT_DIR, "inference/models.lock.json"));
  const asset = lock.find(({ name }) => name === DETECTOR);
  if (!asset?.sha256) throw new Error(`the lock file names no ${DETECTOR}`);
  return { file: join(modelsDir, asset.file), sha256: asset.sha256 };
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
