import { parseArgs } from "node:util";
import pc from "picocolors";
import type { Check } from "./doctor/check.ts";
import { type DoctorDeps, doctorChecks } from "./doctor/checks.ts";
import { EXIT } from "./exit.ts";
import { type Io, writeLine } from "./io.ts";

const HELP = `usage: sightline doctor [--json]

Says what is configured, reachable and missing, what leaves this machine, and how to put right what is
wrong. Exit code 1 when a check failed, 78 when the configuration is wrong.`;

/** `sightline doctor`: the checks one by one; the exit code tells the worst of them. */
export async function doctor(args: readonly string[], io: Io, deps?: DoctorDeps): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const used = deps ?? (await import("./doctor/deps.ts")).doctorDeps();
  let exit: number = EXIT.done;
  for await (const check of doctorChecks(used, io.signal)) {
    if (io.signal.aborted) return EXIT.interrupted;
    if (check.state === "failed" && exit !== EXIT.config)
      exit = check.check === "configuration" ? EXIT.config : EXIT.failed;
    writeLine(io.stdout, values.json ? JSON.stringify(check) : toText(check, io.colours));
  }
  return exit;
}

function toText({ check, state, detail, fix }: Check, colours: boolean): string {
  const { green, yellow, red, dim } = pc.createColors(colours);
  const paint = { ok: green, warn: yellow, missing: dim, failed: red }[state];
  const line = `${paint(state.padEnd(8))} ${check.padEnd(18)} ${detail}`;
  return fix === null ? line : `${line}\n${" ".repeat(28)}${dim("fix:")} ${fix}`;
}
