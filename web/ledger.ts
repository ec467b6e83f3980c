import type { LedgerEntry, LedgerPlace } from "../orchestrator/store/ledger.ts";

/** Reads the gateway's list of entries; what is not an entry is left out. */
export function toLedger(value: unknown): readonly LedgerEntry[] {
  const list = Array.isArray(value) ? value : isFields(value) ? value["entries"] : undefined;
  return Array.isArray(list) ? list.filter(isEntry) : [];
}

/** Whether a place is the assistant's own machine. */
export function isHere(place: LedgerPlace): boolean {
  return place.host === "this machine";
}

function isEntry(value: unknown): value is LedgerEntry {
  return (
    isFields(value) &&
    typeof value["turn"] === "string" &&
    typeof value["atMs"] === "number" &&
    typeof value["reason"] === "string" &&
    ["engine", "ear", "voice"].every((name) => isPlace(value[name])) &&
    (value["frame"] === null || isFields(value["frame"]))
  );
}

function isPlace(value: unknown): boolean {
  return (
    value === null ||
    (isFields(value) && typeof value["name"] === "string" && typeof value["host"] === "string")
  );
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
