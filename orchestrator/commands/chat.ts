import { parseArgs } from "node:util";
import { createInterface } from "node:readline/promises";
import { compose } from "../compose.ts";
import { readPersona } from "../session/persona.ts";
import { aborted } from "./aborted.ts";
import { EXIT } from "./exit.ts";
import { writeLine, type Command, type Io } from "./io.ts";
import { splitPrompts } from "./prompts.ts";
import { createTalk, type Talk } from "./talk.ts";
import { toEngine, writeMetrics } from "./turn/options.ts";

const HELP = `usage: sightline chat [--prompts "a|b"] [--listen] [--photo PATH] [--json] [--explain] [--engine simulator] [--metrics FILE]

A conversation. Every line is a turn; these lines are not:

  /photo PATH         what the camera sees from now on; /photo alone switches it off
  /quit               leave (so do "goodbye" and the end of the input)
  repeat, spell that, more, shorter, what did you send where
                      and what else means the same, in the persona's language

  --prompts "a|b"     ask these first, each as a turn of its own; \\| is a literal bar
  --listen            stay after the prompts
  --photo PATH        start with this photo
  --json              print each turn as one JSON object
  --explain           also show what was decided and why
  --engine simulator  let the stand-in answer instead of the configured engines
  --metrics FILE      write the metrics there at the end, in Prometheus text format`;

const QUIT = "/quit";

export const chat: Command = async (args, io) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      prompts: { type: "string" },
      listen: { type: "boolean" },
      photo: { type: "string" },
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
  const stack = await compose({ engine: toEngine(values.engine) });
  try {
    const talk = createTalk(stack, io, {
      persona: readPersona(stack.config.personaFile),
      json: values.json ?? false,
      explain: values.explain ?? false,
    });
    if (values.photo !== undefined) await talk.show(values.photo);
    const prompts = values.prompts === undefined ? undefined : splitPrompts(values.prompts);
    for (const prompt of prompts ?? []) {
      if (io.signal.aborted || prompt === QUIT || talk.over()) break;
      await talk.line(prompt);
    }
    if ((!prompts || values.listen) && !talk.over()) await converse(talk, io);
    if (values.metrics !== undefined) await writeMetrics(values.metrics, stack.metrics);
    if (io.signal.aborted) return EXIT.interrupted;
    return talk.faults() > 0 ? EXIT.failed : EXIT.done;
  } finally {
    await stack.close();
  }
};

/** Reads lines until the input ends. Ctrl-C ends the answer, and at the prompt the conversation. */
async function converse(talk: Talk, io: Io): Promise<void> {
  const terminal = io.isTty && io.stdin.isTTY === true;
  const lines = createInterface({
    input: io.stdin,
    ...(terminal ? { output: io.stdout, prompt: "> " } : {}),
  });
  lines.on("SIGINT", () => {
    if (!talk.interrupt()) lines.close();
  });
  void aborted(io.signal).then(() => lines.close());
  if (terminal) lines.prompt();
  for await (const line of lines) {
    const text = line.trim();
    if (text === QUIT) break;
    if (text !== "") await talk.line(text);
    if (talk.over()) break;
    if (terminal) lines.prompt();
  }
  lines.close();
}
