import { parseArgs } from "node:util";
import { isObserver } from "../up/observers.ts";
import { isStill } from "../up/process-birth.ts";
import type { ServiceState } from "../up/service-states.ts";
import type { UpState } from "../up/state.ts";
import { EXIT } from "./exit.ts";
import { type Command, type Io, writeLine } from "./io.ts";
import { whatIsUp } from "./stack/what-is-up.ts";

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
  const { state, stack } = whatIsUp();
  const json = values.json ?? false;
  if (stack) return tellServices(stack.address, await stack.states(io.signal), json, io);
  if (state) return tellPrograms(state, json, io);
  writeLine(io.stdout, json ? JSON.stringify({ phase: "down" }) : "nothing is up");
  return EXIT.failed;
};

function tellServices(
  address: string,
  services: readonly ServiceState[],
  json: boolean,
  { stdout }: Io,
): number {
  const phase = phaseOf(services);
  if (json) writeLine(stdout, JSON.stringify({ phase, address, services }));
  else {
    writeLine(stdout, `${phase}: ${address}`);
    for (const { name, state, health, exitCode, fine } of services) {
      const how = exitCode === null ? (health ?? "") : `with ${exitCode}`;
      writeLine(stdout, `${fine ? " " : "!"} ${name.padEnd(11)} ${state.padEnd(10)} ${how}`.trimEnd());
    }
  }
  return phase === "ready" ? EXIT.done : EXIT.failed;
}

/** Calls need nothing of what measures them. */
function phaseOf(services: readonly ServiceState[]): "ready" | "ready, not watched" | "not ready" {
  const failing = services.filter(({ fine }) => !fine);
  if (failing.length === 0) return "ready";
  return failing.every(({ name }) => isObserver(name)) ? "ready, not watched" : "not ready";
}

/** A keeper that was killed cannot say that nothing is looked after any more. */
function tellPrograms(state: UpState, json: boolean, { stdout }: Io): number {
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
