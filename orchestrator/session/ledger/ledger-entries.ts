import { HERE } from "../../lib/own-network.ts";
import type { SpeechPlace } from "../../speech/speech.ts";
import type { LedgerEntry, LedgerFrame, LedgerPlace } from "../../store/ledger.ts";
import type { TurnReport } from "../../turn/report.ts";
import type { EngineName, Frame, Verdict } from "../../turn/turn.ts";
import type { Answer } from "../answering/answer.ts";
import type { TurnRun } from "../answering/turn-run.ts";

/** Whose turn it was, and who else had a part in it. */
export interface LedgerContext {
  readonly call: string;
  readonly caller: string;
  /** Services that got the audio of it, the last one first; none: it was typed. */
  readonly heardBy: readonly SpeechPlace[];
  readonly places: Readonly<Partial<Record<EngineName, LedgerPlace>>>;
}

/**
 * What an answer sent where: one entry for each engine that was asked, used or not; else one without.
 * Each further service that got its audio, or was given words of it, has an entry of its own.
 */
export function toLedgerEntries(
  answer: Pick<Answer, "id" | "sentTo">,
  { run, reason }: { readonly run: Pick<TurnRun, "report" | "asked"> | undefined; readonly reason: string },
  { call, caller, heardBy, places }: LedgerContext,
): readonly LedgerEntry[] {
  const report = run?.report();
  const [spokenBy = null, ...mute] = answer.sentTo().toReversed();
  const [ear = null, ...deaf] = heardBy;
  const common = {
    turn: answer.id,
    call,
    caller,
    atMs: Date.now(),
    ear: toPlace(ear),
    voice: toPlace(spokenBy),
  };
  const failed = { ...common, frame: null, engine: null, ear: null, voice: null };
  const others = [
    ...mute.map((place) => ({ ...failed, reason: "voice-failed", voice: toPlace(place) })),
    ...deaf.map((place) => ({ ...failed, reason: "ear-failed", ear: toPlace(place) })),
  ];
  const engines = new Map((run?.asked() ?? []).map((asked) => [asked.engine, asked]));
  if (engines.size === 0) {
    return [{ ...common, frame: null, engine: null, reason: report?.route?.reason ?? reason }, ...others];
  }
  const asked = [...engines.values()].map(({ engine, sha256, reason }) => ({
    ...common,
    frame: report && sha256 !== null ? toLedgerFrame(report, sha256) : null,
    engine: places[engine] ?? { name: engine, model: null, host: HERE },
    // The route of the engine that answered is only known once it has.
    reason: report?.route?.engine === engine ? report.route.reason : reason,
  }));
  return [...asked, ...others];
}

function toLedgerFrame({ frame, verdict }: TurnReport, sha256: string): LedgerFrame | null {
  return frame && verdict && ledgerFrame(frame, verdict, sha256);
}

/** A frame as the ledger knows it; `sha256` is of the bytes that left. */
export function ledgerFrame(
  { source, capturedAtMs }: Pick<Frame, "source" | "capturedAtMs">,
  verdict: Verdict,
  sha256: string,
): LedgerFrame {
  return {
    sha256,
    source,
    capturedAtMs: Math.round(Date.now() - (performance.now() - capturedAtMs)),
    verdict: verdict.value,
    persons: verdict.model === null ? null : verdict.boxes.filter(({ label }) => label === "person").length,
  };
}

function toPlace(place: SpeechPlace | null): LedgerPlace | null {
  return place && { name: place.name, model: null, host: place.host };
}
