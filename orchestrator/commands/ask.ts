import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { compose } from "../compose.ts";
import { UsageError } from "../errors.ts";
import { createConversation } from "../turn/conversation.ts";
import { toQuestion } from "../turn/question.ts";
import { EXIT } from "./exit.ts";
import { writeLine, type Command } from "./io.ts";
import { toTurnJson } from "./turn/json.ts";
import { createTurnNotes, toEngine, writeMetrics } from "./turn/options.ts";
import { createTurnView } from "./turn/view.ts";

const HELP = `usage: sightline ask IMAGE "QUESTION" [--json] [--explain] [--engine simulator] [--metrics FILE]

Answers one question about a picture file; IMAGE is a JPEG, PNG or WebP, or - for none.

  --json              print the whole turn as one JSON object
  --explain           also show what was decided and why
  --engine simulator  let the stand-in answer instead of the configured engines
  --metrics FILE      write the turn's metrics there in Prometheus text format`;

export const ask: Command = async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      explain: { type: "boolean" },
      engine: { type: "string" },
      metrics: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    writeLine(io.stdout, HELP);
    return EXIT.done;
  }
  const [image, text, ...rest] = positionals;
  if (image === undefined || text === undefined || rest.length > 0) {
    throw new UsageError(`ask: got ${positionals.length} arguments; expected IMAGE and "QUESTION"`);
  }
  const question = toQuestion(text);
  const stack = await compose({ engine: toEngine(values.engine) });
  try {
    const { runTurn } = await import("../run-turn.ts");
    const { openPhoto, photoCamera } = await import("../vision/photo.ts");
    const photo = image === "-" ? undefined : await openPhoto(image);
    const explain = values.explain ?? false;
    const spinner = io.isTty && !values.json;
    const view = createTurnView(io.stdout, { explain, colours: io.colours, spinner });
    const runner = {
      ...stack,
      contextTokens: stack.config.contextTokens,
      localPictures: stack.config.localPictures,
      ports: stack.ports(photoCamera(photo)),
      conversation: createConversation(randomUUID()),
      transport: "terminal",
    };
    const notes = createTurnNotes();
    const shown = values.json ? { onText: () => {} } : view;
    const listener = { ...shown, onFault: notes.onFault };
    const finished = await runTurn(runner, question, io.signal, listener).finally(() => view.close());
    if (values.json) writeLine(io.stdout, JSON.stringify(toTurnJson(question, finished)));
    else view.end(finished.report);
    const failed = notes.tell(finished.report, io.stderr);
    if (values.metrics !== undefined) await writeMetrics(values.metrics, stack.metrics);
    if (finished.report.outcome === "cancelled") return EXIT.interrupted;
    return failed ? EXIT.failed : EXIT.done;
  } finally {
    await stack.close();
  }
};
