import { parseArgs } from "node:util";
import { UsageError } from "../errors.ts";
import { isLoopback } from "../lib/own-network.ts";
import { answers } from "../up/answers.ts";
import { EXIT } from "./exit.ts";
import { writeLine, type Command } from "./io.ts";

const HELP = `usage: sightline healthy URL

Asks a program of this machine whether it is well, as a container's health check: exits 0 when URL answers
with 200, else 1. URL is on loopback; a certificate is not looked at.`;

export const healthy: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const [url = "", ...more] = positionals;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isWeb = parsed?.protocol === "http:" || parsed?.protocol === "https:";
  if (!parsed || !isWeb || more.length > 0 || !isLoopback(parsed.hostname)) {
    throw new UsageError(
      `healthy: got ${JSON.stringify(positionals.join(" "))}; expected one http or https address on loopback`,
    );
  }
  return (await answers(url)) ? EXIT.done : EXIT.failed;
};
