import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { compose, type Stack } from "../compose.ts";
import { InputError } from "../errors.ts";
import { runTurn } from "../run-turn.ts";
import { createConversation } from "../turn/conversation.ts";
import { toQuestion } from "../turn/question.ts";
import { stopped } from "../turn/stopped.ts";
import type { Frame } from "../turn/turn.ts";
import { openPhoto, photoCamera } from "../vision/photo.ts";
import { aborted } from "./aborted.ts";
import { EXIT, reportFault } from "./exit.ts";
import { writeLine, type Command, type Io } from "./io.ts";
import { splitPrompts } from "./prompts.ts";
import { toTurnJson } from "./turn-json.ts";
import { createTurnNotes, toEngine, writeMetrics } from "./turn-options.ts";
import { createTurnView } from "./turn-view.ts";

const HELP = `usage: sightline chat [--prompts "a|b"] [--listen] [--photo PATH] [--json] [--explain] [--engine simulator] [--metrics FILE]

A conversation. Every line is a turn; these lines are not:

  /photo PATH         what the camera sees from now on; /photo alone switches it off
  /quit               leave (so does the end of the input)

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
    const talk = createTalk(stack, io, { json: values.json ?? false, explain: values.explain ?? false });
    if (values.photo !== undefined) await talk.show(values.photo);
    const prompts = values.prompts === undefined ? undefined : splitPrompts(values.prompts);
    for (const prompt of prompts ?? []) {
      if (io.signal.aborted || prompt === QUIT) break;
      await talk.line(prompt);
    }
    if (!prompts || values.listen) await converse(talk, io);
    if (values.metrics !== undefined) await writeMetrics(values.metrics, stack.metrics);
    if (io.signal.aborted) return EXIT.interrupted;
    return talk.faults() > 0 ? EXIT.failed : EXIT.done;
  } finally {
    await stack.close();
  }
};

/** One conversation at a terminal or over a pipe. */
export interface Talk {
  /** A line that was typed: a `/` command or a question. A fault is told, and nothing is lost. */
  line(text: string): Promise<void>;
  /** Sets what the camera sees. */
  show(path: string): Promise<void>;
  /** Ends the answer that is running; false when none is. */
  interrupt(): boolean;
  /** Lines that could not be served so far. */
  faults(): number;
}

export function createTalk(
  stack: Stack,
  io: Io,
  options: { readonly json: boolean; readonly explain: boolean },
): Talk {
  const conversation = createConversation(randomUUID());
  let photo: Frame | undefined;
  let turns = 0;
  let faults = 0;
  let running: AbortController | undefined;

  const turn = async (text: string): Promise<void> => {
    const question = toQuestion(text);
    running = new AbortController();
    const notes = createTurnNotes();
    const spinner = io.isTty && !options.json;
    const view = createTurnView(io.stdout, { ...options, colours: io.colours, spinner });
    try {
      const finished = await runTurn(
        {
          ...stack,
          contextTokens: stack.config.contextTokens,
          ports: stack.ports(photoCamera(photo)),
          conversation,
          transport: "terminal",
        },
        question,
        AbortSignal.any([running.signal, io.signal]),
        { ...(options.json ? { onText: () => {} } : view), onFault: notes.onFault },
      );
      turns += 1;
      if (options.json) {
        writeLine(io.stdout, JSON.stringify({ turn: turns, ...toTurnJson(question, finished) }));
      } else {
        view.end(finished.report);
      }
      if (notes.tell(finished.report, io.stderr)) faults += 1;
    } finally {
      view.close();
      running = undefined;
    }
  };

  const show = async (path: string): Promise<void> => {
    photo = path === "" ? undefined : await openPhoto(path);
  };

  return {
    show,
    async line(text) {
      try {
        if (/^\/photo(?:\s|$)/.test(text)) await show(text.slice("/photo".length).trim());
        else if (text.startsWith("/"))
          throw new InputError(`${text.split(" ")[0]} is not known`, "/photo PATH or /quit");
        else await turn(text);
      } catch (error) {
        faults += 1;
        reportFault(error, io.stderr);
      }
    },
    interrupt() {
      running?.abort(stopped("barge-in"));
      return running !== undefined;
    },
    faults: () => faults,
  };
}

/** Reads lines until the input ends. Ctrl-C ends the answer, and at the prompt the conversation. */
export async function converse(talk: Talk, io: Io): Promise<void> {
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
    if (terminal) lines.prompt();
  }
  lines.close();
}
