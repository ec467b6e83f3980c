import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { UsageError } from "../errors.ts";
import { sleep } from "../lib/abortable.ts";
import { upPlaces } from "../up/state.ts";
import { EXIT } from "./exit.ts";
import { type Command, type Io, writeLine } from "./io.ts";
import { runningStack } from "./stack/running-stack.ts";
import { upConfig } from "./stack/up-config.ts";

const HELP = `usage: sightline logs [NAME…] [--follow]

Shows the last lines of what the parts of 'sightline up' have logged: states and faults, never words or
pictures.

  --follow   and what they log from now on, until Ctrl-C`;

const LAST_LINES = 50;
const LOOK_MS = 300;

export const logs: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { follow: { type: "boolean", short: "f" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const config = upConfig();
  const stack = runningStack(config);
  if (stack) return stack.logs(positionals, { follow: values.follow ?? false }, io);
  const files = logFiles(upPlaces(config.dataDir).logs, positionals);
  for (const file of files) {
    const lines = (await readFile(file, "utf8")).trimEnd().split("\n").slice(-LAST_LINES);
    for (const line of lines) if (line !== "") writeLine(io.stdout, `${nameOf(file)} | ${line}`);
  }
  if (values.follow) await Promise.all(files.map((file) => follow(file, io)));
  return EXIT.done;
};

/** @throws {UsageError} for a name without a log. */
function logFiles(folder: string, names: readonly string[]): readonly string[] {
  const all = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".log"))
        .toSorted()
    : [];
  const known = all.map(nameOf);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `logs: got ${JSON.stringify(unknown)}; expected ${known.join(", ") || "none: nothing was up"}`,
    );
  }
  return all
    .filter((file) => names.length === 0 || names.includes(nameOf(file)))
    .map((file) => join(folder, file));
}

function nameOf(file: string): string {
  return basename(file, ".log");
}

/** What is added to a file from now on. */
async function follow(file: string, { stdout, signal }: Io): Promise<void> {
  let at = statSync(file).size;
  while (!signal.aborted) {
    await sleep(LOOK_MS, signal).catch(() => {});
    const { size } = statSync(file);
    if (size <= at) continue;
    const added = createInterface({ input: createReadStream(file, { start: at, end: size - 1 }) });
    for await (const line of added) writeLine(stdout, `${nameOf(file)} | ${line}`);
    at = size;
  }
}
