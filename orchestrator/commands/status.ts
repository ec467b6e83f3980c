import { parseArgs } from "node:util";
import { isStill } from "../up/process-birth.ts";
import { readState, upPlaces, type UpState } from "../up/state.ts";
import { EXIT } from "./exit.ts";
import { type Command, type Io, writeLine } from "./io.ts";
import { upConfig } from "./up-config.ts";
import { runningStack } from "./up-docker.ts";

const HELP = `usage: sightline status [--json]

Says what 'sightline up' started and how it is. Exit code 1 when something of it does not work.`;

export const status: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const config = upConfig();
  const state = readState(upPlaces(config.dataDir));
  const stack = runningStack(config);
  if (stack) return stack.status(io);
  if (!state) {
    writeLine(io.stdout, values.json ? JSON.stringify({ phase: "down" }) : "nothing is up");
    return EXIT.failed;
  }
  return tell(state, values.json ?? false, io);
};

/** A keeper that was killed cannot say that nothing is looked after any more. */
function tell(state: UpState, json: boolean, { stdout }: Io): number {
  const phase = isStill(state.keeper) ? state.phase : "abandoned";
  const programs = Object.entries(state.programs).map(([name, program]) => {
    const { pid, address, restarts, ready } = program;
    return {
      name,
      state: isStill(program) ? (ready ? "ready" : "not ready") : "gone",
      pid,
      address,
      restarts,
    };
  });
  if (json)
    writeLine(stdout, JSON.stringify({ phase, address: state.address, engine: state.engine, programs }));
  else {
    writeLine(stdout, `${phase}: ${state.address}`);
    writeLine(stdout, `engine: ${state.engine}`);
    for (const { name, state: how, pid, address, restarts } of programs) {
      const again = restarts === 0 ? "" : `, started again ${restarts === 1 ? "once" : `${restarts} times`}`;
      writeLine(stdout, `  ${name.padEnd(11)} ${how.padEnd(10)} process ${pid}, ${address}${again}`);
    }
  }
  return phase === "ready" && programs.every(({ state: how }) => how === "ready") ? EXIT.done : EXIT.failed;
}
