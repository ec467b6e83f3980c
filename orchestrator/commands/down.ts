import { parseArgs } from "node:util";
import { endProcesses } from "./stack/down-process.ts";
import { EXIT } from "./exit.ts";
import { type Command, writeLine } from "./io.ts";
import { whatIsUp } from "./stack/what-is-up.ts";

const HELP = `usage: sightline down [--now]

Ends what 'sightline up' started: calls first, which may go on for two hours in containers and for
AGENT_DRAIN_MS without, then the rest. What is kept (the ledger, secrets, weights, metrics) stays.

  --now   calls end now, with a goodbye`;

export const down: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: { now: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const { places, state, stack } = whatIsUp();
  if (!state && !stack) {
    writeLine(io.stderr, "sightline: nothing is up");
    return EXIT.done;
  }
  if (state) {
    writeLine(io.stderr, `sightline: ending${values.now ? "" : "; calls that are running may finish"}`);
    const killed = await endProcesses(places, state, { now: values.now ?? false, signal: io.signal });
    if (io.signal.aborted) return EXIT.interrupted;
    for (const name of killed)
      writeLine(io.stderr, `sightline: ${name} did not end when asked and was killed`);
    writeLine(io.stdout, `down: ${Object.keys(state.programs).join(", ")}`);
  }
  return stack ? stack.down({ now: values.now ?? false }, io) : EXIT.done;
};
