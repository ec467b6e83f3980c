import { useState } from "preact/hooks";
import type { LedgerEntry, LedgerPlace } from "../../orchestrator/store/ledger.ts";
import { isHere, toLedger } from "../ledger.ts";
import type { Messages } from "../messages/en.ts";
import type { Page } from "../page.ts";
import { Table } from "./table.tsx";

/** The caller's own entries of the privacy ledger. */
export function LedgerPanel({ page }: { readonly page: Page }) {
  const { messages } = page;
  const [entries, setEntries] = useState<readonly LedgerEntry[] | "loading" | "failed">("loading");
  const load = () => {
    setEntries("loading");
    page.api.ledger(page.code.get()).then(
      (found) => setEntries(toLedger(found)),
      () => setEntries("failed"),
    );
  };
  const forget = () => {
    page.api.forget(page.code.get()).then(
      () => setEntries([]),
      () => setEntries("failed"),
    );
  };
  return (
    <details class="panel" onToggle={(event) => event.currentTarget.open && load()}>
      <summary>{messages.ledger}</summary>
      <p class="quiet">{messages.ledgerAbout}</p>
      <div role="status">
        {entries === "loading" && <p>{messages.ledgerLoading}</p>}
        {entries === "failed" && <p class="problem">{messages.ledgerFailed}</p>}
        {entries.length === 0 && <p>{messages.ledgerEmpty}</p>}
      </div>
      {typeof entries === "object" && entries.length > 0 && <Entries entries={entries} messages={messages} />}
      <p class="row">
        <button type="button" onClick={load}>
          {messages.ledgerRefresh}
        </button>
        {typeof entries === "object" && entries.length > 0 && (
          <DeleteButton messages={messages} onDelete={forget} />
        )}
        <a class="button" href="/api/v1/ledger/export" download="sightline-ledger.json">
          {messages.ledgerExport}
        </a>
      </p>
    </details>
  );
}

function Entries({
  entries,
  messages,
}: {
  readonly entries: readonly LedgerEntry[];
  readonly messages: Messages;
}) {
  const { columns } = messages;
  return (
    <Table
      caption={messages.ledgerCaption}
      columns={[columns.time, columns.picture, columns.engine, columns.reason, columns.ear, columns.voice]}
      rows={entries.map((entry) => ({
        key: `${entry.turn} ${entry.engine?.name ?? ""} ${entry.voice?.name ?? ""} ${entry.ear?.name ?? ""}`,
        cells: [
          new Date(entry.atMs).toLocaleString(messages.tag, { dateStyle: "short", timeStyle: "medium" }),
          pictureText(entry, messages),
          place(entry.engine, messages, messages.fixed),
          messages.reasons[entry.reason] ?? entry.reason,
          place(entry.ear, messages, messages.typed),
          place(entry.voice, messages, messages.notSpoken),
        ],
      }))}
    />
  );
}

/** Deleting takes a second press, and a way back. */
function DeleteButton({
  messages,
  onDelete,
}: {
  readonly messages: Messages;
  readonly onDelete: () => void;
}) {
  const [sure, setSure] = useState(false);
  return (
    <>
      <button type="button" onClick={() => (sure ? onDelete() : setSure(true))}>
        {sure ? messages.ledgerDeleteSure : messages.ledgerDelete}
      </button>
      {sure && (
        <button type="button" onClick={() => setSure(false)}>
          {messages.ledgerKeep}
        </button>
      )}
    </>
  );
}

function pictureText({ frame }: LedgerEntry, messages: Messages): string {
  if (!frame) return messages.noPicture;
  const who = frame.persons === null ? messages.verdicts[frame.verdict] : messages.persons(frame.persons);
  return `${messages.sources[frame.source]}, ${who}, ${messages.fingerprint(frame.sha256.slice(0, 8))}`;
}

function place(where: LedgerPlace | null, messages: Messages, none: string): string {
  if (!where) return none;
  const name = where.model ? `${where.name} (${where.model})` : where.name;
  return `${name}, ${isHere(where) ? messages.here : where.host}`;
}
