import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { InputError, UsageError } from "../errors.ts";
import { EXIT } from "./exit.ts";
import { writeLine, type Command } from "./io.ts";
import { callsIn } from "./timeline/log.ts";
import { drawCall } from "./timeline/svg.ts";

const HELP = `usage: sightline timeline LOG [--call ID]

Draws the turns of a finished call as an SVG on standard output: speech, silence, prefill, route,
time to first token, voice and playing, all on one axis. LOG is the log of an agent, one JSON object a
line; "-" reads it from standard input. Default: the last call in it.`;

export const timeline: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { call: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) {
    throw new UsageError(`timeline: got ${positionals.length} files; expected one LOG, or "-"`);
  }
  const calls = callsIn(file === "-" ? await text(io.stdin) : await readLog(file));
  const known = [...calls.keys()];
  const id = values.call ?? known.at(-1);
  const turns = id === undefined ? undefined : calls.get(id);
  if (id === undefined || !turns) {
    throw new InputError(
      id === undefined ? `no turn of a call in ${file}` : `no call ${id} in ${file}`,
      known.length === 0 ? "the log of an agent at LOG_LEVEL info" : `one of ${known.join(", ")}`,
    );
  }
  writeLine(io.stdout, drawCall(id, turns));
  return EXIT.done;
};

async function readLog(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new InputError(`${file} cannot be read`, "the log of an agent");
  }
}
