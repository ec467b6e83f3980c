import { randomUUID } from "node:crypto";
import type { Stack } from "../compose.ts";
import { InputError } from "../errors.ts";
import { runTurn } from "../run-turn.ts";
import { type Asked, witnessed } from "../session/answering/witness.ts";
import { typedCommand } from "../session/commands/typed.ts";
import { toLedgerEntries } from "../session/ledger/ledger-entries.ts";
import { personaSettings, type Persona } from "../session/persona.ts";
import { callNoticesIn } from "../session/voice/notices-text.ts";
import type { LedgerEntry } from "../store/ledger.ts";
import { createConversation } from "../turn/conversation.ts";
import { toQuestion } from "../turn/question.ts";
import type { TurnReport } from "../turn/report.ts";
import { stopped } from "../turn/stopped.ts";
import type { Frame } from "../turn/turn.ts";
import { verbosityNote, type Verbosity } from "../turn/verbosity.ts";
import { openPhoto, photoCamera } from "../vision/photo.ts";
import { reportFault } from "./exit.ts";
import { writeLine, type Io } from "./io.ts";
import { toTurnJson } from "./turn/json.ts";
import { createTurnNotes } from "./turn/options.ts";
import { createTurnView } from "./turn/view.ts";

/** One conversation at a terminal or over a pipe. */
export interface Talk {
  /** A line that was typed: a `/` command, a local command or a question. A fault is told, and nothing is lost. */
  line(text: string): Promise<void>;
  /** Sets what the camera sees. */
  show(path: string): Promise<void>;
  /** Ends the answer that is running; false when none is. */
  interrupt(): boolean;
  /** Lines that could not be served so far. */
  faults(): number;
  /** Goodbye was said. */
  over(): boolean;
}

export interface TalkOptions {
  readonly persona: Persona;
  readonly json: boolean;
  readonly explain: boolean;
}

export function createTalk(stack: Stack, io: Io, options: TalkOptions): Talk {
  const { persona } = options;
  const settings = personaSettings(persona, stack.settings);
  const conversation = createConversation(randomUUID());
  const sent: LedgerEntry[] = [];
  let verbosity: Verbosity = persona.verbosity;
  let over = false;
  let photo: Frame | undefined;
  let turns = 0;
  let faults = 0;
  let running: AbortController | undefined;

  const say = (question: string, answer: string): void => {
    if (!options.json) return answer === "" ? undefined : writeLine(io.stdout, answer);
    turns += 1;
    writeLine(io.stdout, JSON.stringify({ turn: turns, question, answer, outcome: "command" }));
  };

  /** This conversation's own record: nobody else's needs it, and it ends with it. */
  const remember = (report: TurnReport, asked: readonly (Asked & { readonly reason: string })[]): void => {
    const run = { report: () => report, asked: () => asked };
    const context = { call: conversation.id, caller: "terminal", heardBy: [], places: stack.places };
    const answer = { id: report.turnId, sentTo: () => [] };
    sent.push(...toLedgerEntries(answer, { run, reason: "undecided" }, context));
  };

  const turn = async (text: string): Promise<void> => {
    const line = toQuestion(text);
    const typed = await typedCommand(line, {
      language: persona.language,
      verbosity,
      lastAnswer: conversation.snapshot().findLast(({ answer }) => answer !== "")?.answer ?? "",
      sent: () => Promise.resolve(sent),
    });
    ({ verbosity, over } = typed);
    if (typed.type === "say") return say(line, over ? callNoticesIn(persona.language).goodbye : typed.text);
    running = new AbortController();
    const asked: (Asked & { readonly reason: string })[] = [];
    const ports = witnessed(stack.ports(photoCamera(photo)), (request) =>
      asked.push({ ...request, reason: "asked" }),
    );
    const notes = createTurnNotes();
    const spinner = io.isTty && !options.json;
    const view = createTurnView(io.stdout, { ...options, colours: io.colours, spinner });
    try {
      const finished = await runTurn(
        {
          ...stack,
          settings,
          note: verbosityNote(verbosity, persona.language),
          contextTokens: stack.config.contextTokens,
          localPictures: stack.config.localPictures,
          ports,
          conversation,
          transport: "terminal",
        },
        typed.question,
        AbortSignal.any([running.signal, io.signal]),
        { ...(options.json ? { onText: () => {} } : view), onFault: notes.onFault },
      );
      remember(finished.report, asked);
      turns += 1;
      if (options.json) {
        writeLine(io.stdout, JSON.stringify({ turn: turns, ...toTurnJson(line, finished) }));
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
    over: () => over,
  };
}
