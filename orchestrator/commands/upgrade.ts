import { parseArgs } from "node:util";
import { InputError } from "../errors.ts";
import { isStill } from "../up/process-birth.ts";
import { EXIT } from "./exit.ts";
import { type Command, writeLine } from "./io.ts";
import { upDocker } from "./stack/up-docker.ts";
import { toUpOptions, UP_OPTIONS, UP_OPTIONS_HELP } from "./stack/up-options.ts";
import { upProcess } from "./stack/up-process.ts";
import { whatIsUp } from "./stack/what-is-up.ts";

const HELP = `usage: sightline upgrade [the options of up]

Brings what runs to the state of this checkout and its lock files. Containers: images are built and
fetched first, then each part that has changed is exchanged; a new agent takes calls at once, and those
that run go on in the agent that they are in until they end. A part that does not become healthy gives way
to the one before. Without containers: calls may finish, then all is started anew. The way back is the
same, in the older checkout.

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
  const { config, state, stack } = whatIsUp();
  // Who names nothing else means what runs.
  const asked = values.runtime === "process" ? values : { ...stack?.words, ...named(values) };
  const options = toUpOptions(asked);
  if (options.runtime === "docker") {
    if (state && isStill(state.keeper))
      throw new InputError(
        "what runs are programs of this machine",
        "ENGINE=simulator RUNTIME=process, or 'make down' first",
      );
    return upDocker(options, config, io);
  }
  if (stack) throw new InputError("what runs are containers", "no RUNTIME=process, or 'make down' first");
  return upProcess(options, config, io, { upgrade: true });
};

function named<Values extends object>(values: Values): Partial<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value)) as Partial<Values>;
}
