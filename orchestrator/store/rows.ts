import type { StoredCall } from "./calls.ts";
import type { LedgerEntry, LedgerFrame, LedgerPlace } from "./ledger.ts";

/** A row as SQLite gives and takes it. */
export type Row = Record<string, string | number | null>;

/** A ledger entry's columns. They have no place for a word or a pixel. */
export function fromEntry(entry: LedgerEntry): Row {
  const { frame } = entry;
  return {
    turn: entry.turn,
    call: entry.call,
    caller: entry.caller,
    at_ms: Math.round(entry.atMs),
    frame_sha256: frame?.sha256 ?? null,
    frame_source: frame?.source ?? null,
    frame_captured_at_ms: frame ? Math.round(frame.capturedAtMs) : null,
    frame_verdict: frame?.verdict ?? null,
    frame_persons: frame?.persons ?? null,
    reason: entry.reason,
    ...fromPlace("engine", entry.engine),
    ...fromPlace("ear", entry.ear),
    ...fromPlace("voice", entry.voice),
  };
}

export function toEntry(row: Row): LedgerEntry {
  return {
    turn: String(row["turn"]),
    call: String(row["call"]),
    caller: String(row["caller"]),
    atMs: Number(row["at_ms"]),
    frame: toLedgerFrame(row),
    engine: toPlace("engine", row),
    reason: String(row["reason"]),
    ear: toPlace("ear", row),
    voice: toPlace("voice", row),
  };
}

/** A running call's columns. Pictures are dropped, whatever the caller left in. */
export function fromCall(call: StoredCall, nowMs: number): Row {
  const history = call.history.map((turn) => ({ ...turn, jpeg: null, clear: null }));
  return {
    id: call.id,
    room: call.room,
    caller: call.caller,
    agent: call.agent,
    process: call.process,
    history: JSON.stringify(history),
    saved_at_ms: nowMs,
  };
}

export function toCall(row: Row): StoredCall {
  return {
    id: String(row["id"]),
    room: String(row["room"]),
    caller: String(row["caller"]),
    agent: String(row["agent"]),
    process: String(row["process"]),
    history: JSON.parse(String(row["history"])) as StoredCall["history"],
  };
}

type PlaceName = "engine" | "ear" | "voice";

function fromPlace(prefix: PlaceName, place: LedgerPlace | null): Row {
  return {
    [`${prefix}_name`]: place?.name ?? null,
    [`${prefix}_model`]: place?.model ?? null,
    [`${prefix}_host`]: place?.host ?? null,
  };
}

function toPlace(prefix: PlaceName, row: Row): LedgerPlace | null {
  const name = row[`${prefix}_name`];
  if (typeof name !== "string") return null;
  const model = row[`${prefix}_model`];
  return {
    name,
    model: typeof model === "string" ? model : null,
    host: String(row[`${prefix}_host`]),
  };
}

function toLedgerFrame(row: Row): LedgerFrame | null {
  const sha256 = row["frame_sha256"];
  if (typeof sha256 !== "string") return null;
  const persons = row["frame_persons"];
  return {
    sha256,
    source: row["frame_source"] as LedgerFrame["source"],
    capturedAtMs: Number(row["frame_captured_at_ms"]),
    verdict: row["frame_verdict"] as LedgerFrame["verdict"],
    persons: typeof persons === "number" ? persons : null,
  };
}
