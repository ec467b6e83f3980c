import { parseArgs } from "node:util";
import { EXIT } from "./exit.ts";
import { writeLine, type Command } from "./io.ts";
import { upConfig } from "./stack/up-config.ts";
import { upDocker } from "./stack/up-docker.ts";
import { toUpOptions, UP_OPTIONS, UP_OPTIONS_HELP } from "./stack/up-options.ts";
import { upProcess } from "./stack/up-process.ts";

const HELP = `usage: sightline up [--engine ENGINE] [--runtime RUNTIME] [--gpu-class CLASS] [--gpu GPU]
                    [--profiles NAMES] [--lan] [--simulator WORDS]

Brings up the whole stack on this machine, in the background, and prints the page's address and what it
chose. First it looks whether all that is needed is there: if not, it says so, one sentence for each
thing, and changes nothing.

${UP_OPTIONS_HELP}`;

export const up: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: { ...UP_OPTIONS, keep: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const options = toUpOptions(values);
  const config = upConfig();
  if (options.runtime === "docker") return upDocker(options, config, io);
  if (!values.keep) return upProcess(options, config, io);
  const { keepProcesses } = await import("./stack/up-process-keep.ts");
  return keepProcesses(options, config, io);
};
