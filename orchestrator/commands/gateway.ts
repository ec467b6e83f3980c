import { parseArgs } from "node:util";
import { composeGateway } from "../compose/gateway.ts";
import { aborted } from "./aborted.ts";
import { DRAINING } from "./draining.ts";
import { EXIT } from "./exit.ts";
import { writeLine, type Command } from "./io.ts";
import { listening } from "./port.ts";
import { toEngine } from "./turn/options.ts";
import { uncaughtFault } from "./uncaught-fault.ts";

const HELP = `usage: sightline gateway [--engine simulator]

Serves the page and its API: tokens for calls, typed questions, the privacy ledger, /livez, /readyz,
/metrics. HOST, PORT, PUBLIC_ORIGINS, ACCESS_CODE and TLS_CERT_FILE say where and for whom.
Prints {"listening": URL} once it answers. SIGTERM frees the port, prints {"draining": true} and lets
running answers and the signalling of calls go on for GATEWAY_DRAIN_MS; a second one ends them at once.
With GATEWAY_METRICS_PORT, /metrics stays there to the end, and is scraped once more; "metrics" in the
first line is its URL. While another program has that port it is missing there, and tried for.`;

export const gateway: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: { engine: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const fault = uncaughtFault();
  const stack = await composeGateway({ engine: toEngine(values.engine) });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= stack.close(() => writeLine(io.stdout, JSON.stringify(DRAINING))));
  io.onForced(() => {
    stack.gateway.hurry();
    return close();
  });
  try {
    writeLine(io.stdout, JSON.stringify(await listening(stack.listen())));
    return await Promise.race([
      aborted(io.signal).then(() => EXIT.done),
      fault.then((error) => {
        const name = error instanceof Error ? error.name : typeof error;
        stack.log.fatal({ fault: name }, "a fault that nobody caught; the gateway ends");
        return EXIT.failed;
      }),
    ]);
  } finally {
    await close();
  }
};
