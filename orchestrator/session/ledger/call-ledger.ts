import { HERE } from "../../lib/own-network.ts";
import { randomUUID } from "node:crypto";
import type { SpeechPlace } from "../../speech/speech.ts";
import type { LedgerEntry } from "../../store/ledger.ts";
import type { Frame, Jpeg, Verdict } from "../../turn/turn.ts";
import type { Answer } from "../answering/answer.ts";
import type { CallDeps } from "../call-deps.ts";
import { ledgerFrame, toLedgerEntries } from "./ledger-entries.ts";
import type { TurnRun } from "../answering/turn-run.ts";

/** What one call sends where, entered into the privacy ledger. */
export interface CallLedger {
  /** An answer is over, or was thrown away; `heardBy`: services that got the audio of its question. */
  answered(answer: Answer, run: TurnRun | undefined, reason: string, heardBy: readonly SpeechPlace[]): void;
  /** These services listened to the end, and heard no question: noise, or somebody who hung up without one. */
  listened(heardBy: readonly SpeechPlace[]): void;
  /** The local engine got a picture ahead of a question. It is entered when that is on another machine. */
  sentAhead(frame: Frame, jpeg: Jpeg, verdict: Verdict): void;
}

export function createCallLedger(
  { ledger, places }: Pick<CallDeps, "ledger" | "places">,
  { id, caller }: { readonly id: string; readonly caller: string },
): CallLedger {
  const enter = (entries: readonly LedgerEntry[]): void => {
    for (const entry of entries) ledger?.add(entry);
  };
  return {
    answered(answer, run, reason, heardBy) {
      enter(toLedgerEntries(answer, { run, reason }, { call: id, caller, heardBy, places }));
    },
    listened(heardBy) {
      if (heardBy.length === 0) return;
      const nothing = { id: randomUUID(), sentTo: () => [] };
      const record = { run: undefined, reason: "listened" };
      enter(toLedgerEntries(nothing, record, { call: id, caller, heardBy, places }));
    },
    sentAhead(frame, jpeg, verdict) {
      const engine = places.local;
      if (!engine || engine.host === HERE) return;
      const common = { turn: randomUUID(), call: id, caller, atMs: Date.now(), ear: null, voice: null };
      enter([{ ...common, frame: ledgerFrame(frame, verdict, jpeg.sha256), engine, reason: "prefill" }]);
    },
  };
}
