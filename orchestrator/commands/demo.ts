import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Config } from "../config.ts";
import { readConfig } from "../config/read-config.ts";
import { InputError, UsageError } from "../errors.ts";
import { PROJECT_DIR } from "../project.ts";
import { aborted } from "./aborted.ts";
import { lanAddress } from "./stack/demo-lan.ts";
import { startDemo } from "./stack/demo-parts.ts";
import { EXIT } from "./exit.ts";
import { fetchCommand } from "./fetch.ts";
import { writeLine, type Command } from "./io.ts";
import { toPort } from "./port.ts";

const HELP = `usage: sightline demo [--lan] [--port PORT]

Starts a LiveKit server, the person gate, the agent and the page on this machine, and prints the address
to open. Ctrl-C ends it all.

  --lan     over HTTPS, for phones in the same network: a certificate and an access code of its own making
  --port    of the page; default PORT`;

/** The detector: without it every picture stays on this machine, so a failed fetch is told and no more. */
const DETECTOR = "yolox_nano";

export const demo: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      lan: { type: "boolean", default: false },
      port: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const config = readConfig(PROJECT_DIR);
  const port = toPort(values.port, config.http.port);
  if (port === 0) throw new UsageError("--port: got 0; expected the port that is to be opened in a browser");
  if (!existsSync(join(PROJECT_DIR, "web", "dist", "index.html"))) {
    throw new InputError("the page is not built", "'make page' to be run once ('make demo' does it)");
  }
  if ((await fetchCommand([DETECTOR], io)) === EXIT.interrupted) return EXIT.interrupted;
  const lan = values.lan ? lanAddress() : undefined;
  const tell = (line: string): void => writeLine(io.stderr, `sightline: ${line}`);
  const running = await startDemo({ config, port, lan, signal: io.signal, tell });
  try {
    if (io.signal.aborted) return EXIT.interrupted;
    writeLine(io.stdout, `\nSightline is ready: open ${running.address}`);
    for (const line of explain(config, running)) writeLine(io.stdout, `  ${line}`);
    await aborted(io.signal);
    return EXIT.done;
  } finally {
    await running.stop();
  }
};

/** What the user will meet, in a line each. */
function explain(config: Config, running: Awaited<ReturnType<typeof startDemo>>): readonly string[] {
  const { local, cloud, stt, policy } = config;
  const engines = [local && `local engine ${local.url}`, cloud && `cloud engine ${cloud.url}`].filter(
    Boolean,
  );
  return [
    ...(running.accessCode === undefined ? [] : [`access code  ${running.accessCode}`]),
    ...(running.fingerprint === undefined
      ? []
      : [
          `certificate  made by this machine, so the browser warns once; its fingerprint is ${running.fingerprint}`,
        ]),
    running.calls
      ? `hears        ${stt.length > 0 ? stt.map(({ name }) => name).join(", then ") : "typed questions; for speech set DEEPGRAM_API_KEY or STT_URL"}`
      : "calls        not possible without a LiveKit server; the page answers typed questions about a photo",
    `answers      ${engines.length > 0 ? `${engines.join(" and ")}, policy ${policy}` : "the embedded describer: it names what the detector finds"}`,
    "stop         Ctrl-C",
  ];
}
