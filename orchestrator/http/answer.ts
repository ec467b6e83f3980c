import { randomUUID } from "node:crypto";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { runTurn } from "../run-turn.ts";
import { typedCommand } from "../session/commands/typed.ts";
import type { Persona } from "../session/persona.ts";
import { toLedgerEntries } from "../session/ledger/ledger-entries.ts";
import { witnessed, type Asked } from "../session/answering/witness.ts";
import type { Ledger, LedgerPlace } from "../store/ledger.ts";
import type { TurnTracer } from "../tracing/turn-tracer.ts";
import type { Camera, Ports } from "../turn/ports.ts";
import type { TurnReport } from "../turn/report.ts";
import { stopped } from "../turn/stopped.ts";
import type { EngineName, Frame, TurnEvent, TurnSettings } from "../turn/turn.ts";
import { verbosityNote } from "../turn/verbosity.ts";
import { PHOTO_LIMITS, UPLOAD_LIMITS } from "../vision/decode.ts";
import { frameFromBytes, photoCamera } from "../vision/photo.ts";
import type { Ask, AskEvent, AskedPicture } from "./ask.ts";
import { createConversations, type Talk } from "./conversations.ts";

const MOST_CONVERSATIONS = 200;
const CONVERSATION_LIFE_MS = 30 * 60 * 1000;
/** More turns than a conversation has. */
const LEDGER_LIMIT = 10_000;

export interface AnswerOptions {
  ports(camera: Camera): Ports;
  readonly settings: TurnSettings;
  readonly persona: Pick<Persona, "language" | "verbosity">;
  /** Prompt tokens at which a conversation is compacted. */
  readonly contextTokens: number;
  /** Pictures of the past that a prompt of the local engine shows at most. */
  readonly localPictures: number;
  /** Where the engines run, for the ledger. */
  readonly places: Readonly<Partial<Record<EngineName, LedgerPlace>>>;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
  /** Undefined: turns are not traced. */
  readonly tracer: TurnTracer | undefined;
  readonly log: Logger;
}

/** Answers typed questions through the core, the person gate included, and records them in the ledger. */
export function createAnswer(options: AnswerOptions): Ask {
  const { ledger, persona, places } = options;
  const { language, verbosity } = persona;
  const conversations = createConversations({
    most: MOST_CONVERSATIONS,
    lifeMs: CONVERSATION_LIFE_MS,
    newId: randomUUID,
    verbosity,
    superseded: () => stopped("superseded"),
  });

  async function answer(
    {
      talk,
      question,
      frame,
    }: { readonly talk: Talk; readonly question: string; readonly frame: Frame | undefined },
    signal: AbortSignal,
    onEvent: (event: AskEvent) => void,
  ) {
    const asked: (Asked & { readonly reason: string })[] = [];
    let reason = "undecided";
    const runner = {
      ...options,
      settings: { ...options.settings, photosOnly: true },
      ports: witnessed(options.ports(photoCamera(frame)), (engine) => asked.push({ ...engine, reason })),
      conversation: talk.conversation,
      note: verbosityNote(talk.verbosity, language),
      transport: "http",
    };
    const { report } = await runTurn(runner, question, signal, {
      onText: (text) => onEvent({ type: "text", text }),
      onEvent(event) {
        if (event.type === "route") ({ reason } = event.route);
        tell(event, onEvent);
      },
    });
    return { report, asked: () => asked };
  }

  return async ({ caller, question, picture }, signal, onEvent) => {
    const frame = picture && (await toFrame(picture));
    const talk = conversations.of(caller);
    const end = await talk.take(signal, async (turnSignal) => {
      const startedAtMs = performance.now();
      const context = { call: talk.conversation.id, caller, heardBy: [], places };
      const record = (turn: string, run: Parameters<typeof toLedgerEntries>[1]): void => {
        for (const entry of toLedgerEntries({ id: turn, sentTo: () => [] }, run, context)) ledger.add(entry);
      };
      const typed = await typedCommand(question, {
        language,
        verbosity: talk.verbosity,
        lastAnswer: talk.conversation.snapshot().findLast((past) => past.answer !== "")?.answer ?? "",
        sent: () => ledger.ofCaller(caller, { limit: LEDGER_LIMIT, call: context.call }),
      });
      talk.setVerbosity(typed.verbosity);
      if (typed.type === "ask") {
        const { report, asked } = await answer(
          { talk, question: typed.question, frame },
          turnSignal,
          onEvent,
        );
        record(report.turnId, { run: { report: () => report, asked }, reason: "undecided" });
        return toEnd(report);
      }
      const turn = randomUUID();
      if (typed.text !== "") onEvent({ type: "text", text: typed.text });
      record(turn, { run: undefined, reason: "command" });
      const totalMs = performance.now() - startedAtMs;
      return { type: "end", turn, outcome: "answered", engine: "none", ttftMs: null, totalMs } as const;
    });
    onEvent(end);
  };
}

function toEnd(report: TurnReport): AskEvent {
  return {
    type: "end",
    turn: report.turnId,
    outcome: report.outcome,
    engine: report.route?.engine ?? "none",
    ttftMs: report.ttftMs,
    totalMs: report.totalMs,
  };
}

function toFrame({ bytes, kind }: AskedPicture): Promise<Frame> {
  return frameFromBytes(bytes, { limits: kind === "photo" ? PHOTO_LIMITS : UPLOAD_LIMITS });
}

function tell(event: TurnEvent, onEvent: (event: AskEvent) => void): void {
  if (event.type === "need")
    onEvent({ type: "need", need: { value: event.need.value, reason: event.need.reason } });
  if (event.type === "route") onEvent({ type: "route", ...event.route });
}
