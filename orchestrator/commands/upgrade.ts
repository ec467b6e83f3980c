import { parseArgs } from "node:util";
import { readState, upPlaces } from "../up/state.ts";
import { endProcesses } from "./down-process.ts";
import { EXIT } from "./exit.ts";
import { type Command, writeLine } from "./io.ts";
import { upConfig } from "./up-config.ts";
import { upDocker } from "./up-docker.ts";
import { toUpOptions, UP_OPTIONS, UP_OPTIONS_HELP } from "./up-options.ts";
import { upProcess } from "./up-process.ts";

const HELP = `usage: sightline upgrade [the options of up]

Brings what runs to the state of this checkout and its lock files. Containers: images are built and
fetched first, then each part that has changed is exchanged; a new agent takes calls at once, and those
that run go on in the agent that they are in until they end. Without containers: calls may finish, then
all is started anew. The way back is the same, in the older checkout.

${UP_OPTIONS_HELP}`;

export const upgrade: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: { ...UP_OPTIONS, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const options = toUpOptions(values);
  const config = upConfig();
  if (options.runtime === "docker") return upDocker(options, config, io);
  const places = upPlaces(config.dataDir);
  const state = readState(places);
  if (state) {
    writeLine(io.stderr, "sightline: ending; calls that are running may finish");
    await endProcesses(places, state, { signal: io.signal });
    if (io.signal.aborted) return EXIT.interrupted;
  }
  return upProcess(options, config, io);
};
